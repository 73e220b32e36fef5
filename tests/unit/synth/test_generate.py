import hashlib
from pathlib import Path

import pytest

from orchestration.duck import connect
from orchestration.errors import OrchestrationError
from orchestration.synth import world
from orchestration.synth.generate import ALL_SHAPES, synthesise
from tests.unit.synth.conftest import AS_OF, PATIENTS, Made, make


def digests(folder: Path) -> dict[str, str]:
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def test_the_same_seed_gives_the_same_bytes(made: Made, tmp_path: Path) -> None:
    again = make(tmp_path, seed=11)

    assert digests(again.out) == digests(made.out)


def test_one_thread_gives_the_same_bytes_as_two(made: Made, tmp_path: Path) -> None:
    synthesise(
        tmp_path,
        patients=PATIENTS,
        seed=11,
        as_of=AS_OF,
        connect=lambda **settings: connect(**{**settings, "threads": 1}),
        report=lambda *report: None,
    )

    assert digests(tmp_path) == digests(made.out)


def test_another_seed_gives_other_people(made: Made, tmp_path: Path) -> None:
    other = make(tmp_path, seed=12, shapes=frozenset({"omop"}))

    def numbers(trust: Made) -> set[tuple[str, ...]]:
        return set(trust.ask(f"select mrn from {trust.omop('link_person')}"))

    assert not numbers(other) & numbers(made)


def test_only_the_shapes_asked_for_are_written(tmp_path: Path) -> None:
    make(tmp_path, seed=1, patients=100, shapes=frozenset({"csv", "optout"}))

    assert {path.name for path in tmp_path.iterdir()} == {"csv", "opt_out", "reference", "answer_key.json"}


def test_an_unknown_shape_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="1 unknown shapes"):
        make(tmp_path, seed=1, shapes=frozenset({"omop", "hl7v2"}))


def test_a_folder_with_something_in_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(OrchestrationError, match="not empty"):
        make(tmp_path, seed=1, patients=100)


def test_chunks_share_no_id_and_no_identifier(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in ("world", "people", "defects"):
        monkeypatch.setattr(f"orchestration.synth.{module}.CHUNK_PEOPLE", 100)
    made = make(tmp_path, seed=5, patients=250, shapes=ALL_SHAPES)

    assert made.value(f"select count(distinct person_id) from {made.omop('link_person')}") == 250
    assert made.value(f"select count(distinct mrn) from {made.omop('link_person')}") == 250
    assert (
        made.value(f"select count(*) - count(distinct visit_occurrence_id) from {made.omop('visit_occurrence')}") == 2
    )
    assert made.value(f"select count(*) - count(distinct note_id) from {made.omop('note')}") == 0
    assert len(list((tmp_path / "omop" / "measurement").iterdir())) == 3
    header = (tmp_path / "csv" / "labs.csv").read_bytes().count(b"LOCAL_PATIENT_IDENTIFIER")
    assert header == 1
    assert world.CHUNK_PEOPLE == 100


def test_the_rows_of_the_summary_are_those_on_disk(made: Made) -> None:
    for table, count in made.summary.rows["omop"].items():
        assert made.value(f"select count(*) from {made.omop(table)}") == count, table
    for kind, count in made.summary.rows["fhir"].items():
        assert len(made.resources(kind)) == count, kind
    files = [path for path in (made.out / "dicom").rglob("*") if path.is_file()]
    assert len(files) == made.summary.rows["dicom"]["files"]


def test_every_stage_is_reported_with_rows_and_seconds(made: Made) -> None:
    stages = [stage for stage, rows, seconds in made.reports if rows > 0 and seconds >= 0]

    assert stages == ["people", "omop", "fhir", "csv", "notes", "dicom", "dicomweb", "reference", "optout"]
