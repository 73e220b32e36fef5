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


def test_every_row_of_the_answer_key_went_where_it_was_planted_to_go(ran: Trust, answers: dict[str, Any]) -> None:
    metadata = ran.metadata()
    for table, by_status in answers["rows_by_status"]["omop"].items():
        entry = metadata.get(f"pseudo_omop__{table}", {})
        if not entry.get("read"):
            continue
        rejected, withheld = entry.get("rejected", {}), entry.get("withheld", {})
        for status in ("opted_out", "opt_out_unchecked"):
            assert withheld.get(status, 0) == by_status.get(status, 0), (table, status)
        for status in ("nhs_number_invalid", "nhs_number_missing", "person_unknown"):
            assert rejected.get(status, 0) == by_status.get(status, 0), (table, status)
        spoilt = sum(count for reason, count in rejected.items() if reason == "duplicate" or "out_of_range" in reason)
        assert entry["dagster/row_count"] == by_status["permitted"] - spoilt, table


def test_every_planted_defect_is_found(ran: Trust, answers: dict[str, Any]) -> None:
    metadata = ran.metadata()
    for defect, reason in (("duplicate", "duplicate"), ("impossible_date", "out_of_range")):
        for table, keys in answers["row_defects"][defect]["omop"].items():
            found = metadata[f"pseudo_omop__{table}"].get("rejected", {})
            assert sum(count for name, count in found.items() if name.endswith(reason)) == len(keys), (table, defect)
    people = metadata["pseudo_omop__person"]["rejected"]
    assert people["duplicate"] == answers["people"]["duplicate_person"]["count"]
    assert people["birth_datetime_out_of_range"] == answers["people"]["impossible_birth_date"]["count"]
    headers = metadata["raw_pacs__instance"]["rejected"]
    assert headers == {name: answers["bad_bytes"]["dicom"][name] for name in ("not_dicom", "truncated")}
    assert sum(metadata["raw_documents__patient"]["rejected"].values()) == answers["bad_bytes"]["fhir"]["Patient"]


def test_a_late_fact_is_known_later_than_it_happened(ran: Trust, answers: dict[str, Any]) -> None:
    planted = sum(map(len, answers["row_defects"]["late"]["omop"].values()))
    with duckdb.connect(str(ran.home / "warehouse" / "cohortgate.duckdb"), read_only=True) as connection:
        late = connection.execute(
            "select count(*) from int_event where domain in ('measurement', 'drug') "
            "and recorded_at > event_at + interval 71 hours"
        ).fetchall()
    assert late == [(planted,)]


def test_events_of_a_merged_patient_stand_under_one_pseudonym(ran: Trust, answers: dict[str, Any]) -> None:
    assert answers["people"]["merged"]["count"] > 0
    with duckdb.connect(str(ran.home / "warehouse" / "cohortgate.duckdb"), read_only=True) as connection:
        people = connection.execute("select count(*), count(distinct person_id) from int_person").fetchall()[0]
    assert people[0] == people[1]
    permitted = ran.metadata()["pseudo_site__person_place"]["dagster/row_count"]
    records = ran.metadata()["pseudo_omop__person"]["dagster/row_count"]
    assert permitted < records + answers["people"]["impossible_birth_date"]["count"]


def test_the_same_seed_keys_and_request_give_the_same_manifest(ran: Trust, tmp_path: Path) -> None:
    again = synthetic_trust(tmp_path, patients=PATIENTS)
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
    shared = duckdb.sql(f"select person_id from {first} intersect select person_id from {second}")
    assert shared.fetchall() == []
