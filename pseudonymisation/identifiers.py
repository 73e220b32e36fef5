"""NHS numbers as people type them, brought into one form or refused with a reason.

Source: NHS Data Dictionary, NHS NUMBER: ten digits, the last a modulus 11 check digit.
"""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pyarrow as pa

MISSING = "nhs_number_missing"
INVALID = "nhs_number_invalid"

# Spaces, dashes of all kinds, full stops, slashes and invisible characters stand between digits, and mean nothing.
BETWEEN_DIGITS = re.compile(r"[\s\u00ad\u200b-\u200f\u2010-\u2015\u2060\u2212\ufeff\-./,_'()]+")
TEN_DIGITS = re.compile(r"[0-9]{10}")
# Numbers that systems and clerks enter when they have none; many of them pass the check digit.
PLACEHOLDERS = frozenset(digit + middle * 8 + digit for digit in "0123456789" for middle in (digit, "0"))


@dataclass(frozen=True)
class NhsNumber:
    """One NHS number in its ten-digit form, or why there is none; exactly one of the two is there."""

    value: str | None = field(repr=False)
    reason: str | None


def normalise_nhs_number(text: str | None) -> NhsNumber:
    """Return the NHS number that a text holds, or `nhs_number_missing` or `nhs_number_invalid`."""
    if text is None:
        return NhsNumber(None, MISSING)
    digits = BETWEEN_DIGITS.sub("", unicodedata.normalize("NFKC", text))
    if not digits:
        return NhsNumber(None, MISSING)
    if not TEN_DIGITS.fullmatch(digits) or digits in PLACEHOLDERS or not has_check_digit(digits):
        return NhsNumber(None, INVALID)
    return NhsNumber(digits, None)


def has_check_digit(digits: str) -> bool:
    """Return whether the last of ten ASCII digits is the check digit of the nine before it."""
    total = sum(weight * int(digit) for weight, digit in zip(range(10, 1, -1), digits[:9], strict=True))
    # A remainder that would need the check digit 10 is never issued, and 10 equals no digit.
    return (11 - total % 11) % 11 == int(digits[9])


def normalise_nhs_numbers(distinct: "pa.Array") -> tuple["pa.Array", "pa.Array"]:
    """Return the ten-digit forms and the reasons of distinct texts, each in the same order, null where not so."""
    import pyarrow as pa

    found = [normalise_nhs_number(text) for text in distinct.to_pylist()]
    numbers = pa.array([number.value for number in found], pa.string())
    return numbers, pa.array([number.reason for number in found], pa.string())
