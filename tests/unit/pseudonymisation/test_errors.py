"""No value of a row, key or file stands in what an error says, however it comes about."""

import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from pseudonymisation import errors
from pseudonymisation.dicom import read_header
from pseudonymisation.errors import PseudonymisationError
from pseudonymisation.keys import FileKeyProvider
from pseudonymisation.optout import read_allowed_set, write_request
from pseudonymisation.people import People
from pseudonymisation.text import PersonNotes, clean_notes
from tests.unit.pseudonymisation.builders import land, one_person, people_of, pseudonymised, ward

CANARY = "Wrexnell"


def circular_merges(tmp_path: Path) -> None:
    land(tmp_path / "ward", "link", [{"local_id": CANARY, "nhs_number": CANARY}])
    land(tmp_path / "ward", "merge", [{"old_id": CANARY, "new_id": "2"}, {"old_id": "2", "new_id": CANARY}])
    people_of(tmp_path, ward(tmp_path))


def broken_lookup(tmp_path: Path) -> None:
    lookup = tmp_path / "lookup.csv"
    lookup.write_text(f'postcode,lsoa_code,imd_decile\n"{CANARY}\n')
    people_of(tmp_path, ward(tmp_path), postcode_lookup=lookup)


def wrong_decile(tmp_path: Path) -> None:
    lookup = tmp_path / "lookup.csv"
    lookup.write_text(f"postcode,lsoa_code,imd_decile\nSE1 7EH,E01,{CANARY}\n")
    people_of(tmp_path, ward(tmp_path), postcode_lookup=lookup)


def damaged_landing(tmp_path: Path) -> None:
    people = one_person(tmp_path)
    folder = land(tmp_path / "ward", "stay", [])
    (folder / "part-0001.parquet").write_bytes(f"PAR1{CANARY}PAR1".encode())
    pseudonymised(tmp_path, "stay", [{"stay_id": CANARY, "local_id": CANARY, "started_at": CANARY}], people=people)


def missing_column(tmp_path: Path) -> None:
    pseudonymised(tmp_path, "stay", [{"stay_id": CANARY, "started_at": CANARY}])


def damaged_people(tmp_path: Path) -> None:
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(CANARY.encode())
    people = People(broken, broken, {})
    pseudonymised(tmp_path, "stay", [{"stay_id": "1", "local_id": "7", "started_at": "2024-01-01"}], people=people)


def failing_cleaner(tmp_path: Path) -> None:
    def lose(notes: Iterable[PersonNotes]) -> Iterator[tuple[str, ...]]:
        for _ in notes:
            yield (CANARY, CANARY)

    pseudonymised(tmp_path, "note", [{"note_id": "1", "local_id": "7", "words": CANARY}], clean_notes=lose)


def failing_note(tmp_path: Path) -> None:
    list(clean_notes([PersonNotes(((CANARY, None),), (CANARY,))], workers=1))  # type: ignore[arg-type]  # On purpose.


def malformed_answer(tmp_path: Path) -> None:
    path = tmp_path / "X26-300625-0001.dat"
    path.write_text(f"{CANARY},\n")
    read_allowed_set(path, path, today=date(2025, 6, 30), max_age_days=1)


def malformed_request(tmp_path: Path) -> None:
    write_request([CANARY], tmp_path, mailbox="X26", on=date(2025, 6, 30), sequence=1)


def malformed_key(tmp_path: Path) -> None:
    path = tmp_path / "site.key"
    path.write_text(CANARY)
    path.chmod(0o600)
    FileKeyProvider(path).site_keys()


def damaged_image(tmp_path: Path) -> None:
    content = b"\0" * 128 + b"DICM" + b"\x02\x00\x10\x00UI" + CANARY.encode() * 9
    read_header(content, columns={"patient_id": "PatientID"})


FAILURES: list[Callable[[Path], None]] = [
    circular_merges, broken_lookup, wrong_decile, damaged_landing, missing_column, damaged_people, failing_cleaner,
    failing_note, malformed_answer, malformed_request, malformed_key, damaged_image,
]  # fmt: skip


@pytest.mark.parametrize("fail", FAILURES, ids=lambda fail: fail.__name__)
def test_no_value_stands_in_what_an_error_says(fail: Callable[[Path], None], tmp_path: Path) -> None:
    with pytest.raises(PseudonymisationError) as raised:
        fail(tmp_path)
    told = "".join(traceback.format_exception_only(raised.value))
    assert CANARY not in told
    error: BaseException | None = raised.value
    while error is not None:
        assert CANARY not in str(error)
        assert error.__cause__ is None
        # What came before is not told, neither by Python nor by Dagster, where it is suppressed.
        error = None if error.__suppress_context__ else error.__context__


def test_every_error_of_the_package_is_in_its_tree() -> None:
    assert errors.__doc__ is not None
    for name, found in vars(errors).items():
        if isinstance(found, type):
            assert issubclass(found, PseudonymisationError)
            assert name in errors.__doc__


def test_a_source_that_says_nothing_of_identity_is_no_failure(tmp_path: Path) -> None:
    assert people_of(tmp_path, replace(ward(tmp_path), mode="local_id")).counts == {"ward": {}}
