r"""SQL conditions that recognise identifiers and dates by their shape.

Written anew, not shared with the pseudonymiser: what one of the two misses, the other shall catch.
All conditions read a column `text`, which `readable` has made from a value. RE2 knows no look-around, so the
character on either side of an identifier is part of the match.
"""

from expectations.sql import literal

# Full-width and Arabic-Indic digits are digits to people and to Python, but not to [0-9].
OTHER_DIGITS = "".join(chr(first + digit) for first in (0xFF10, 0x0660) for digit in range(10))

PSEUDONYM = "[0-9a-f]{32}"
# Read from text whose other characters are doubled, so that two numbers side by side do not share one.
TEN_DIGITS = r"(?:^|[^0-9])([0-9](?:[ ./\-]{0,4}[0-9]){9})(?:[^0-9]|$)"
# Area, district and inward code, without the letters that Royal Mail never uses in each place.
POSTCODE = (
    r"(?:^|[^A-Z0-9])(?:GIR *0AA|(?:[A-PR-UWYZ][0-9]{1,2}|[A-PR-UWYZ][A-HK-Y][0-9]{1,2}"
    r"|[A-PR-UWYZ][0-9][A-HJKPSTUW]|[A-PR-UWYZ][A-HK-Y][0-9][ABEHMNPRVWXY]) *[0-9][ABD-HJLNP-UW-Z]{2})(?:[^A-Z0-9]|$)"
)
EMAIL = r"[A-Z0-9._%+'\-]+ ?@ ?[A-Z0-9\-]+(?:\.[A-Z0-9\-]+)+"
PHONE = r"(?:^|[^A-Z0-9])(?:(?:\+ ?44|0044)[ ().\-]*0?[ ().\-]*|\(?0)[1-37-9](?:[ ().\-]*[0-9]){8,9}(?:[^A-Z0-9]|$)"
# National Insurance number: no prefix has D, F, I, Q, U or V, nor O in second place.
NINO = r"(?:^|[^A-Z0-9])[ABCEGHJ-PRSTW-Z][ABCEGHJ-NPRSTW-Z] ?(?:[0-9]{2} ?){3}[A-D](?:[^A-Z0-9]|$)"
YEAR_FIRST = (
    r"(?:^|[^0-9])(?:19|20)[0-9]{2}(?:[./\-](?:0?[1-9]|1[0-2])[./\-](?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01]))(?:[^0-9]|$)"
)
YEAR_LAST = r"(?:^|[^0-9])[0-3]?[0-9][./\-][0-3]?[0-9][./\-](?:19|20)[0-9]{2}(?:[^0-9]|$)"


def readable(value: str) -> str:
    """Return the SQL that makes `text` of a value: upper case, with plain digits, spaces and hyphens."""
    digits = f"translate(upper({value}), {literal(OTHER_DIGITS)}, '01234567890123456789')"
    spaces = rf"regexp_replace({digits}, '[\p{{Z}}\p{{Cc}}\p{{Cf}}_]', ' ', 'g')"
    return rf"regexp_replace({spaces}, '\p{{Pd}}', '-', 'g')"


def is_mod_11(number: str) -> str:
    """Return the SQL that tells whether a ten-digit integer is a valid NHS number.

    Source: NHS Data Dictionary, NHS NUMBER: weights 10 to 2 and the check digit, which weighs 1 here, give 0 modulo 11.
    """
    digits = (f"({number} // {10**place} % 10) * {place + 1}" for place in range(10))
    return f"({' + '.join(digits)}) % 11 = 0"


def holds_nhs_number() -> str:
    """Return the SQL that tells whether `text` holds a valid NHS number, however it is spaced."""
    found = rf"regexp_extract_all(regexp_replace(text, '([^0-9])', '\1\1', 'g'), {literal(TEN_DIGITS)}, 1)"
    numbers = f"list_transform({found}, lambda part: try_cast(regexp_replace(part, '[^0-9]', '', 'g') as bigint))"
    return f"len(list_filter({numbers}, lambda number: {is_mod_11('number')})) > 0"


def holds_identifier() -> str:
    """Return the SQL that tells whether `text` holds an NHS number, postcode, e-mail, phone or NI number."""
    shapes = " or ".join(f"regexp_matches(text, {literal(shape)})" for shape in (POSTCODE, EMAIL, PHONE, NINO))
    return f"({shapes} or {holds_nhs_number()})"


def holds_date() -> str:
    """Return the SQL that tells whether `text` holds a calendar date."""
    return f"(regexp_matches(text, {literal(YEAR_FIRST)}) or regexp_matches(text, {literal(YEAR_LAST)}))"


def is_date_number(number: str) -> str:
    """Return the SQL that tells whether an integer reads as a day written YYYYMMDD."""
    return (
        f"({number} between 19000101 and 20991231 and {number} // 100 % 100 between 1 and 12"
        f" and {number} % 100 between 1 and 31)"
    )
