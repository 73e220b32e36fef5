import pyarrow as pa
import pytest

from pseudonymisation.identifiers import PLACEHOLDERS, normalise_nhs_number, normalise_nhs_numbers
from tests.unit.pseudonymisation.builders import nhs_number

VALID = nhs_number(3)


@pytest.mark.parametrize(
    "written",
    [
        VALID,
        f" {VALID} ",
        f"{VALID[:3]} {VALID[3:6]} {VALID[6:]}",
        f"{VALID[:3]}-{VALID[3:6]}-{VALID[6:]}",
        f"{VALID[:3]}.{VALID[3:6]}.{VALID[6:]}",
        f"{VALID[:3]}/{VALID[3:6]}/{VALID[6:]}",
        f"{VALID[:3]}\u2013{VALID[3:6]}\u00a0{VALID[6:]}",
        f"{VALID[:5]}\u200b{VALID[5:]}\ufeff",
        f"'{VALID}",
        "".join(chr(0xFF10 + int(digit)) for digit in VALID),
        f"{VALID}\n",
    ],
)
def test_a_number_written_in_any_of_these_ways_is_the_same_number(written: str) -> None:
    assert normalise_nhs_number(written).value == VALID
    assert normalise_nhs_number(written).reason is None


@pytest.mark.parametrize("written", [None, "", "  ", "\u00a0", "-", "..."])
def test_no_number_is_missing(written: str | None) -> None:
    assert normalise_nhs_number(written).reason == "nhs_number_missing"


@pytest.mark.parametrize(
    "written",
    [
        VALID[:9],
        VALID + "0",
        VALID[:9] + str((int(VALID[9]) + 1) % 10),
        "NHS " + VALID,
        "unknown",
        # Arabic digits are digits to Python and to a person, and not what a register issues.
        "".join(chr(0x0660 + int(digit)) for digit in VALID),
        f"{VALID}.0",
        "9990000000",
    ],
)
def test_what_is_not_ten_ascii_digits_with_a_check_digit_is_invalid(written: str) -> None:
    assert normalise_nhs_number(written).value is None
    assert normalise_nhs_number(written).reason == "nhs_number_invalid"


def test_every_placeholder_is_invalid_although_many_have_a_right_check_digit() -> None:
    assert len(PLACEHOLDERS) == 19
    assert {normalise_nhs_number(number).reason for number in PLACEHOLDERS} == {"nhs_number_invalid"}


def test_a_number_whose_check_digit_would_be_ten_is_invalid_with_any_last_digit() -> None:
    nine = next(
        str(candidate)
        for candidate in range(999000000, 999001000)
        if sum((10 - place) * int(digit) for place, digit in enumerate(str(candidate))) % 11 == 1
    )
    assert all(normalise_nhs_number(f"{nine}{digit}").value is None for digit in range(10))


def test_an_array_is_normalised_in_its_order() -> None:
    numbers, reasons = normalise_nhs_numbers(pa.array([VALID, "x", None]))
    assert numbers.to_pylist() == [VALID, None, None]
    assert reasons.to_pylist() == [None, "nhs_number_invalid", "nhs_number_missing"]


def test_a_number_does_not_stand_in_its_representation() -> None:
    assert VALID not in repr(normalise_nhs_number(VALID))
