"""Counts as they may be shown to people: small ones hidden, others rounded.

Source: OpenSAFELY output checking: counts of 7 and under are redacted and the rest rounded to the nearest 5. A lower
limit would let rounding tell them: a shown 5 could only be a 6 or a 7.
"""

SMALLEST_SHOWN = 8
BASE = 5


def rounded(count: int) -> int | None:
    """Return a count rounded to the nearest 5; None if it is one of 1 to 7."""
    if 0 < count < SMALLEST_SHOWN:
        return None
    return (count + BASE // 2) // BASE * BASE


def shown(count: int) -> str:
    """Return a count as it is written for people: `0`, `≤7`, or rounded to the nearest 5."""
    number = rounded(count)
    return f"≤{SMALLEST_SHOWN - 1}" if number is None else f"{number:,}"


def percent(part: int, whole: int) -> int | None:
    """Return the share of rounded counts in whole percent; None if either may not be shown or there is no whole."""
    shown_part, shown_whole = rounded(part), rounded(whole)
    if shown_part is None or not shown_whole:
        return None
    return min(100, round(100 * shown_part / shown_whole))
