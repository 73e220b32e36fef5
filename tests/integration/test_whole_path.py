"""The demo's path at a small size: two gated, signed releases, and no planted identifier anywhere else."""

import json
import shutil
from pathlib import Path
from typing import Any

import duckdb
import pytest

from tests.lib.scan import finds
from tests.lib.trust import Trust, synthetic_trust

PATIENTS = 700


@pytest.fixture(scope="module")
def ran(tmp_path_factory: pytest.TempPathFactory) -> Trust:
    trust = synthetic_trust(tmp_path_factory.mktemp("trust"), patients=PATIENTS)
    done = trust.run("run")
    assert done.code == 0, done.printed
    return trust


@pytest.fixture(scope="module")
def answers(ran: Trust) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((ran.synthetic / "answer_key.json").read_text())
    return loaded


def releases(trust: Trust) -> list[Path]:
    return sorted(path.parent for path in trust.home.glob("releases/*/*/*/manifest.json"))


def rejected(metadata: dict[str, Any], reason: str) -> int:
    return sum(entry.get("rejected", {}).get(reason, 0) for entry in metadata.values())


def test_two_releases_come_out_and_verify(ran: Trust) -> None:
    assert len(releases(ran)) == 2
    for folder in releases(ran):
        verified = ran.run("verify", str(folder))
        assert verified.code == 0, verified.printed


def test_a_release_opens_in_duckdb_with_the_rows_that_its_manifest_states(ran: Trust) -> None:
    for folder in releases(ran):
        manifest = json.loads((folder / "manifest.json").read_text())
        rows = duckdb.sql(f"select count(*) from '{folder}/data/cohort.parquet'").fetchall()
        assert rows == [(manifest["files"]["data/cohort.parquet"]["rows"],)]


def test_the_traced_patient_is_in_both_releases_and_named_nowhere(ran: Trust, answers: dict[str, Any]) -> None:
    trace = answers["trace"]
    needles = [trace["nhs_number"], trace["family_name"], trace["postcode"], trace["mrn"]]
    assert finds(ran.home / "landing", needles), "the scanner finds nothing even where the identifiers stand"
    assert finds(ran.home, needles, skip=[ran.home / "landing", ran.home / "keys"]) == []


def test_the_traced_patients_letters_are_kept_without_the_name(ran: Trust, answers: dict[str, Any]) -> None:
    with duckdb.connect(str(ran.home / "warehouse" / "cohortgate.duckdb"), read_only=True) as connection:
        notes = connection.execute("select note_text from int_note where note_text like '%<PERSON>%'").fetchall()
    assert notes
    assert not [note for (note,) in notes if answers["trace"]["family_name"].lower() in note.lower()]


def test_rows_read_are_rows_kept_rejected_and_withheld_in_every_table(ran: Trust) -> None:
    metadata = ran.metadata()
    tables = {name: entry for name, entry in metadata.items() if "read" in entry}
    assert tables
    for name, entry in tables.items():
        accounted = entry["dagster/row_count"] + sum(entry.get("rejected", {}).values())
        accounted += sum(entry.get("withheld", {}).values())
        assert entry["read"] == accounted, name


def test_nobody_who_opted_out_has_a_row_anywhere_beyond_the_landing_zone(ran: Trust, answers: dict[str, Any]) -> None:
    metadata = ran.metadata()
    assert metadata["pseudo_omop__person"]["withheld"]["opted_out"] > 0
    assert metadata["people"]["by_status"]["opted_out"] > 0


def test_the_same_data_keys_and_request_give_the_same_manifest(ran: Trust, tmp_path: Path) -> None:
    again = Trust(tmp_path)
    shutil.copytree(ran.config, again.config)
    shutil.copytree(ran.home / "keys", again.home / "keys")
    done = again.run("run")
    assert done.code == 0, done.printed
    digests = [[(folder / "manifest.json").read_bytes() for folder in releases(trust)] for trust in (ran, again)]
    assert digests[0] == digests[1]


def test_a_second_run_changes_nothing(ran: Trust) -> None:
    before = {folder: (folder / "manifest.json").read_bytes() for folder in releases(ran)}
    done = ran.run("run")
    assert done.code == 0, done.printed
    assert {folder: (folder / "manifest.json").read_bytes() for folder in releases(ran)} == before


def test_two_projects_share_no_pseudonym(ran: Trust) -> None:
    first, second = (f"'{folder}/data/cohort.parquet'" for folder in releases(ran))
    shared = duckdb.sql(f"select count(*) from (select person_id from {first} intersect select person_id from {second})")
    assert shared.fetchall() == [(0,)]
