"""Laws of NHS numbers, opt-out files and merges."""

import tempfile
import unicodedata
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nhs_number import calculate_checksum

from pseudonymisation.errors import IdentityError, OptOutError
from pseudonymisation.identifiers import PLACEHOLDERS, normalise_nhs_number
from pseudonymisation.merges import follow
from pseudonymisation.optout import read_allowed_set, write_request

DIGITS = st.from_regex(r"[0-9]{10}", fullmatch=True)
SEPARATORS = st.sampled_from(["", " ", "-", ".", "/", "\u00a0", "\u2013", "\u200b", "\t"])
DAY = date(2025, 6, 30)


def with_check_digit(nine: int) -> str | None:
    check = 11 - sum((10 - place) * int(digit) for place, digit in enumerate(f"{nine:09}")) % 11
    return None if check == 10 else f"{nine:09}{check % 11}"


NUMBERS = (
    st.integers(0, 999_999_999)
    .map(with_check_digit)
    .filter(lambda number: number is not None and number not in PLACEHOLDERS)
    .map(str)
)


@settings(deadline=None)
@given(DIGITS)
def test_the_check_digit_agrees_with_a_second_implementation(digits: str) -> None:
    expected = str(calculate_checksum(digits[:9])) == digits[9] and digits not in PLACEHOLDERS
    assert (normalise_nhs_number(digits).value == digits) == expected


@settings(deadline=None)
@given(NUMBERS, st.lists(SEPARATORS, min_size=11, max_size=11))
def test_what_stands_between_the_digits_does_not_matter(number: str, between: list[str]) -> None:
    written = between[0] + "".join(digit + gap for digit, gap in zip(number, between[1:], strict=True))
    assert normalise_nhs_number(written).value == number


@settings(deadline=None)
@given(st.text(max_size=30))
def test_normalising_gives_a_number_or_a_reason_and_again_the_same(text: str) -> None:
    found = normalise_nhs_number(text)
    assert (found.value is None) != (found.reason is None)
    if found.value is not None:
        assert normalise_nhs_number(found.value) == found
        assert found.value.isascii()
        assert len(found.value) == 10


@settings(deadline=None)
@given(NUMBERS)
def test_a_number_in_full_width_digits_is_the_same_number(number: str) -> None:
    wide = "".join(chr(0xFEE0 + ord(digit)) for digit in number)
    assert unicodedata.normalize("NFKC", wide) == number
    assert normalise_nhs_number(wide).value == number


@settings(deadline=None)
@given(st.sets(NUMBERS, min_size=1, max_size=30), st.data())
def test_whom_an_answer_leaves_out_is_not_allowed_and_nobody_else_is(numbers: set[str], data: st.DataObject) -> None:
    opted_out = data.draw(st.sets(st.sampled_from(sorted(numbers)), max_size=len(numbers) - 1))
    with tempfile.TemporaryDirectory() as folder:
        request, response = Path(folder) / "request", Path(folder) / "response"
        for place, some in ((request, numbers), (response, numbers - opted_out)):
            place.mkdir()
            write_request(some, place, mailbox="X26", on=DAY, sequence=1)
        name = "X26-300625-0001.dat"
        found = read_allowed_set(request / name, response / name, today=DAY, max_age_days=0)
        assert (found.requested, found.allowed) == (numbers, numbers - opted_out)
        # Any one byte less, and it is no longer an answer.
        content = (response / name).read_bytes()
        (response / name).write_bytes(content[: data.draw(st.integers(0, len(content) - 1).filter(lambda n: n % 12))])
        with pytest.raises(OptOutError):
            read_allowed_set(request / name, response / name, today=DAY, max_age_days=0)


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 20), st.integers(0, 20), max_size=20))
def test_every_merge_ends_in_a_record_that_stands_or_all_are_refused(merges: dict[int, int]) -> None:
    targets = {str(old): str(new) for old, new in merges.items() if old != new}

    def ends(record: str) -> str | None:
        for _ in range(len(targets) + 1):
            if record not in targets:
                return record
            record = targets[record]
        return None

    expected = {record: ends(record) for record in targets}
    endless = sum(end is None for end in expected.values())
    if endless:
        with pytest.raises(IdentityError, match=f" {endless} records"):
            follow(targets, source="ward")
    else:
        assert follow(targets, source="ward") == expected
