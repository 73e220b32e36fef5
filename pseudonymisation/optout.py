"""The National Data Opt-Out as files: what a trust sends through MESH, and the answer it gets.

Both files hold one NHS number a line, followed by a comma and a line feed; the answer leaves out who opted out.
Whatever is not exactly so stops everything: a list that is short without a word is the realistic failure.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path

from pseudonymisation.errors import OptOutError
from pseudonymisation.identifiers import normalise_nhs_number

# MAILBOX-DDMMYY-NNNN.dat
FILE_NAME = re.compile(r"([A-Z0-9]{1,16})-([0-9]{6})-([0-9]{4})\.dat")
LINE = re.compile(rb"[0-9]{10},\n")
LINE_BYTES = 12


@dataclass(frozen=True)
class Evidence:
    """What may be told of an opt-out check: counts, digests and the day of the answer, no number."""

    requested: int
    allowed: int
    request_sha256: str
    response_sha256: str
    listed_on: date


@dataclass(frozen=True)
class AllowedSet:
    """The NHS numbers that were checked, and those of them that may be used."""

    requested: frozenset[str] = field(repr=False)
    allowed: frozenset[str] = field(repr=False)
    evidence: Evidence


def file_name(mailbox: str, *, on: date, sequence: int) -> str:
    """Return the name of a request file.

    Raises:
        OptOutError: The mailbox or the sequence number cannot stand in a name.
    """
    name = f"{mailbox}-{on:%d%m%y}-{sequence:04}.dat"
    if not FILE_NAME.fullmatch(name):
        raise OptOutError("a MESH file is named MAILBOX-DDMMYY-NNNN.dat: capitals and digits, and a number to 9999")
    return name


def write_request(numbers: Iterable[str], folder: Path, *, mailbox: str, on: date, sequence: int) -> Path:
    """Write the request file of a set of NHS numbers, in ascending order, and return its path.

    Raises:
        OptOutError: There are no numbers, or some are not valid NHS numbers in ten-digit form.
    """
    distinct = sorted(set(numbers))
    wrong = sum(normalise_nhs_number(number).value != number for number in distinct)
    if wrong or not distinct:
        raise OptOutError(f"opt-out request: {wrong:,} of {len(distinct):,} numbers are not valid; send none of them")
    path = folder / file_name(mailbox, on=on, sequence=sequence)
    path.write_bytes(b"".join(number.encode() + b",\n" for number in distinct))
    path.chmod(0o600)
    return path


def read_allowed_set(request_path: Path, response_path: Path, *, today: date, max_age_days: int) -> AllowedSet:
    """Return who was checked and who may be used.

    Raises:
        OptOutError: A file is absent, empty, malformed or too old, or the answer holds a number that was not sent.
    """
    listed_on = _day_of(response_path)
    age = (today - listed_on).days
    if not 0 <= age <= max_age_days:
        raise OptOutError(
            f"opt-out list: the answer is {age} days old and may be 0 to {max_age_days}; "
            "send a new request through MESH and put its answer in place"
        )
    request, requested = _numbers_in(request_path, "request")
    response, allowed = _numbers_in(response_path, "answer")
    if not allowed <= requested:
        raise OptOutError(
            f"opt-out list: {len(allowed - requested):,} of {len(allowed):,} numbers in the answer were not asked for; "
            "request and answer do not belong together"
        )
    evidence = Evidence(len(requested), len(allowed), request, response, listed_on)
    return AllowedSet(requested, allowed, evidence)


def _day_of(path: Path) -> date:
    named = FILE_NAME.fullmatch(path.name)
    try:
        return datetime.strptime(named.group(2), "%d%m%y").date() if named else _refuse_name()
    except ValueError:
        return _refuse_name()


def _refuse_name() -> date:
    raise OptOutError("opt-out list: an answer is named MAILBOX-DDMMYY-NNNN.dat; its day says how old it is") from None


def _numbers_in(path: Path, what: str) -> tuple[str, frozenset[str]]:
    """Return the digest of a file and the numbers in it."""
    try:
        content = path.read_bytes()
    except OSError:
        raise OptOutError(f"opt-out list: the {what} file is not there; put it where policy.yaml names it") from None
    lines = content.splitlines(keepends=True)
    wrong = sum(LINE.fullmatch(line) is None for line in lines)
    if wrong or not lines:
        raise OptOutError(
            f"opt-out list: {wrong:,} of {len(lines):,} lines of the {what} file are not ten digits, a comma and a "
            "line feed; take the file as MESH delivered it"
        )
    numbers = frozenset(line[:10].decode() for line in lines)
    if len(numbers) < len(lines):
        raise OptOutError(f"opt-out list: {len(lines) - len(numbers):,} lines of the {what} file stand there twice")
    invalid = sum(normalise_nhs_number(number).value != number for number in numbers)
    if invalid:
        raise OptOutError(f"opt-out list: {invalid:,} of {len(numbers):,} numbers of the {what} file are not valid")
    return sha256(content).hexdigest(), numbers
