import nhs_number
import numpy as np
import pytest

from orchestration.synth.identifiers import check_digits, hospital_numbers, nhs_numbers, with_wrong_check_digit


def test_every_nhs_number_is_valid_by_the_library_and_of_the_range_that_is_never_issued() -> None:
    numbers = [str(number) for number in nhs_numbers(np.random.default_rng(1), 5000)]

    assert all(nhs_number.is_valid(number, for_region=nhs_number.REGION_SYNTHETIC) for number in numbers)
    assert all(number.startswith("999") for number in numbers)
    assert len(set(numbers)) == 5000


def test_no_nhs_number_is_a_placeholder_that_reads_the_same_backwards() -> None:
    numbers = nhs_numbers(np.random.default_rng(1), 900_000)

    assert not [number for number in map(str, numbers) if number == number[::-1]]


def test_more_people_than_one_block_holds_still_have_distinct_numbers() -> None:
    numbers = nhs_numbers(np.random.default_rng(1), 1_000_000)

    assert len(np.unique(numbers)) == 1_000_000
    assert numbers.min() >= 9_000_000_000


@pytest.mark.parametrize(("stem", "digit"), [(943476591, 9), (999000000, 9), (401023213, 7)])
def test_a_check_digit_agrees_with_the_library(stem: int, digit: int) -> None:
    found = int(check_digits(np.array([stem]))[0])

    assert nhs_number.is_valid(f"{stem}{digit}") == (found == digit)


def test_a_spoilt_number_is_never_valid() -> None:
    spoilt = with_wrong_check_digit(nhs_numbers(np.random.default_rng(2), 2000))

    assert not [number for number in spoilt if nhs_number.is_valid(str(number))]


def test_hospital_numbers_are_distinct_and_have_seven_digits() -> None:
    numbers = hospital_numbers(np.random.default_rng(3), 20_000)

    assert len(np.unique(numbers)) == 20_000
    assert {len(str(number)) for number in numbers} == {7}
