from datetime import date
from pathlib import Path

import pytest

from pseudonymisation.errors import OptOutError
from pseudonymisation.optout import AllowedSet, file_name, read_allowed_set, write_request
from tests.unit.pseudonymisation.builders import nhs_number

NUMBERS = [nhs_number(serial) for serial in range(4)]
DAY = date(2025, 6, 30)


def lay(folder: Path, content: bytes, name: str = "X26HC001-300625-0001.dat") -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(content)
    return path


def lines(numbers: list[str]) -> bytes:
    return b"".join(f"{number},\n".encode() for number in numbers)


def read(request: Path, response: Path, *, today: date = DAY, max_age_days: int = 7) -> AllowedSet:
    return read_allowed_set(request, response, today=today, max_age_days=max_age_days)


def test_a_request_is_byte_for_byte_what_mesh_takes(tmp_path: Path) -> None:
    path = write_request([NUMBERS[1], NUMBERS[0], NUMBERS[1]], tmp_path, mailbox="X26HC001", on=DAY, sequence=7)
    assert path.name == "X26HC001-300625-0007.dat"
    first, second = sorted(NUMBERS[:2])
    assert path.read_bytes() == f"{first},\n{second},\n".encode()
    assert path.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize(("mailbox", "sequence"), [("x26", 1), ("", 1), ("A-B", 1), ("X26", 10_000), ("X26", -1)])
def test_a_name_that_mesh_would_not_answer_is_refused(mailbox: str, sequence: int) -> None:
    with pytest.raises(OptOutError, match="MAILBOX-DDMMYY-NNNN"):
        file_name(mailbox, on=DAY, sequence=sequence)


@pytest.mark.parametrize("numbers", [[], ["9991234560"], [f" {NUMBERS[0]}"], [NUMBERS[0], "x"]])
def test_a_request_is_of_valid_numbers_only(tmp_path: Path, numbers: list[str]) -> None:
    with pytest.raises(OptOutError):
        write_request(numbers, tmp_path, mailbox="X26", on=DAY, sequence=1)
    assert list(tmp_path.iterdir()) == []


def test_whom_the_answer_leaves_out_has_opted_out(tmp_path: Path) -> None:
    request = lay(tmp_path / "request", lines(NUMBERS))
    response = lay(tmp_path / "response", lines(NUMBERS[:3]))
    found = read(request, response)
    assert found.requested == frozenset(NUMBERS)
    assert found.allowed == frozenset(NUMBERS[:3])
    assert (found.evidence.requested, found.evidence.allowed, found.evidence.listed_on) == (4, 3, DAY)
    assert len(found.evidence.request_sha256) == len(found.evidence.response_sha256) == 64
    assert not [number for number in NUMBERS if number in repr(found)]


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        lines(NUMBERS[:3])[:-1],
        lines(NUMBERS[:3])[:-2],
        lines(NUMBERS[:3]).replace(b",\n", b",\r\n"),
        lines(NUMBERS[:3]).replace(b",", b""),
        b"\xef\xbb\xbf" + lines(NUMBERS[:3]),
        lines(NUMBERS[:3]) + b"\n",
        b"Error: number 9991234567 is malformed\n",
        lines([NUMBERS[0], NUMBERS[0]]),
        lines(["9999999999"]),
        lines([NUMBERS[0][:9] + str((int(NUMBERS[0][9]) + 1) % 10)]),
        "".join(chr(0x0660 + int(digit)) for digit in NUMBERS[0]).encode() + b",\n",
    ],
)
def test_an_answer_that_is_not_exactly_as_mesh_writes_it_stops_everything(tmp_path: Path, content: bytes) -> None:
    request = lay(tmp_path / "request", lines(NUMBERS))
    response = lay(tmp_path / "response", content)
    with pytest.raises(OptOutError) as refused:
        read(request, response)
    assert not [number for number in NUMBERS if number in str(refused.value)]
    assert refused.value.__cause__ is None


def test_an_answer_with_a_number_that_was_not_asked_for_is_refused(tmp_path: Path) -> None:
    request = lay(tmp_path / "request", lines(NUMBERS[:2]))
    response = lay(tmp_path / "response", lines(NUMBERS[1:3]))
    with pytest.raises(OptOutError, match=r"1 of 2 numbers in the answer were not asked for"):
        read(request, response)


@pytest.mark.parametrize("missing", ["request", "response"])
def test_a_file_that_is_not_there_stops_everything(tmp_path: Path, missing: str) -> None:
    paths = {name: lay(tmp_path / name, lines(NUMBERS)) for name in ("request", "response")}
    paths[missing].unlink()
    with pytest.raises(OptOutError, match="not there"):
        read(paths["request"], paths["response"])


@pytest.mark.parametrize(
    ("today", "is_taken"),
    [
        (date(2025, 6, 29), False),
        (date(2025, 6, 30), True),
        (date(2025, 7, 7), True),
        (date(2025, 7, 8), False),
        (date(2026, 6, 30), False),
    ],
)
def test_an_answer_counts_for_as_many_days_as_the_policy_allows(tmp_path: Path, today: date, is_taken: bool) -> None:
    request = lay(tmp_path / "request", lines(NUMBERS))
    response = lay(tmp_path / "response", lines(NUMBERS))
    if is_taken:
        assert read(request, response, today=today).allowed == frozenset(NUMBERS)
    else:
        with pytest.raises(OptOutError, match="days old"):
            read(request, response, today=today)


@pytest.mark.parametrize("name", ["list.dat", "X26-310625-0001.dat", "X26-300625-0001.csv", "x26-300625-0001.dat"])
def test_an_answer_whose_name_does_not_say_its_day_is_refused(tmp_path: Path, name: str) -> None:
    request = lay(tmp_path / "request", lines(NUMBERS))
    with pytest.raises(OptOutError, match="MAILBOX-DDMMYY-NNNN"):
        read(request, lay(tmp_path / "response", lines(NUMBERS), name))
