"""Each planted defect is where the answer key says, and as often."""

from datetime import datetime
from typing import Any

import nhs_number
import pydicom
import pytest

from orchestration.synth.dicom import UNKNOWN_MRN
from tests.unit.synth.conftest import AS_OF, Made

KEYS = {
    "measurement": "measurement_id",
    "condition_occurrence": "condition_occurrence_id",
    "drug_exposure": "drug_exposure_id",
    "visit_occurrence": "visit_occurrence_id",
}


def people(made: Made, role: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = made.key["people"][role]["people"]
    return found


def rows_of(made: Made, defect: str) -> dict[str, list[int]]:
    found: dict[str, list[int]] = made.key["row_defects"][defect]["omop"]
    return found


@pytest.mark.parametrize("table", KEYS)
def test_a_planted_copy_stands_there_twice_and_nothing_else_does(made: Made, table: str) -> None:
    twice = made.ask(f"select {KEYS[table]} from {made.omop(table)} group by all having count(*) = 2 order by all")

    assert [row[0] for row in twice] == rows_of(made, "duplicate")[table]


def test_a_person_sent_twice_stands_there_twice(made: Made) -> None:
    twice = made.ask(f"select person_id from {made.omop('person')} group by all having count(*) = 2 order by all")

    assert [row[0] for row in twice] == sorted(person["person_id"] for person in people(made, "duplicate_person"))


def test_a_copy_in_fhir_has_the_same_id_and_the_same_bytes(made: Made) -> None:
    lines = (made.out / "fhir" / "Condition.ndjson").read_bytes().splitlines()
    copies = made.key["row_defects"]["duplicate"]["fhir"]["Condition"]

    for copied in copies:
        found = [line for line in lines if copied.encode() in line]
        assert len(found) == 2
        assert len(set(found)) == 1


def test_a_late_row_is_recorded_days_after_it_happened(made: Made) -> None:
    late = rows_of(made, "late")["measurement"]
    days = made.ask(
        f"""
        select date_diff('day', measurement_datetime, recorded_datetime) from {made.omop("measurement")}
        where measurement_id in {tuple(late)}
        """
    )

    assert len(days) == len(late)
    assert all(3 <= row[0] <= 9 for row in days)


def test_only_the_planted_rows_have_an_impossible_date(made: Made) -> None:
    outside = made.ask(
        f"""
        select measurement_id, year(measurement_date) from {made.omop("measurement")}
        where measurement_date not between date '2024-06-01' and date '2026-05-31' order by all
        """
    )

    assert [row[0] for row in outside] == rows_of(made, "impossible_date")["measurement"]
    assert {row[1] for row in outside} <= {1844, 2202, 9999}


def test_every_other_time_lies_before_the_extract(made: Made) -> None:
    limit = datetime(AS_OF.year, AS_OF.month, AS_OF.day)
    for table, happened in (
        ("visit_occurrence", "visit_end_datetime"),
        ("drug_exposure", "drug_exposure_end_datetime"),
        ("observation", "observation_datetime"),
        ("procedure_occurrence", "procedure_datetime"),
        ("note", "note_datetime"),
        ("death", "recorded_datetime"),
    ):
        assert made.value(f"select max({happened}) from {made.omop(table)}") < limit
    for table in ("measurement", "drug_exposure", "observation", "condition_occurrence", "procedure_occurrence"):
        assert made.value(f"select max(recorded_datetime) from {made.omop(table)}") < limit


def test_numbers_that_are_no_nhs_number_are_where_the_key_says(made: Made) -> None:
    numbers = made.ask(f"select person_id, nhs_number from {made.omop('link_person')} order by person_id")
    invalid = [person for person, number in numbers if number and not nhs_number.is_valid(number)]
    placeholder = [person for person, number in numbers if number == "9999999999"]
    missing = [person for person, number in numbers if number is None]
    merged = [
        pair["merged"]["person_id"]
        for pair in made.key["people"]["merged"]["pairs"]
        if not pair["merged"]["nhs_number"]
    ]

    assert invalid == [person["person_id"] for person in people(made, "bad_check_digit")]
    assert placeholder == [person["person_id"] for person in people(made, "placeholder")]
    assert missing == sorted([person["person_id"] for person in people(made, "missing")] + merged)


def test_a_merged_person_has_events_under_both_numbers(made: Made) -> None:
    pairs = made.key["people"]["merged"]["pairs"]
    links = made.ask(f"select merged_person_id, surviving_person_id from {made.omop('link_merge')} order by all")
    seen = {row[0] for row in made.ask(f"select distinct person_id from {made.omop('visit_occurrence')}")}

    assert links == sorted((pair["merged"]["person_id"], pair["into"]["person_id"]) for pair in pairs)
    assert any({pair["merged"]["person_id"], pair["into"]["person_id"]} <= seen for pair in pairs)


def test_a_merged_person_is_never_in_two_beds(made: Made) -> None:
    overlapping = made.value(
        f"""
        with visits as (
            select coalesce(surviving_person_id, person_id) as person_id, visit_start_datetime, visit_end_datetime,
                visit_occurrence_id
            from {made.omop("visit_occurrence")} left join {made.omop("link_merge")} on person_id = merged_person_id
        )
        select count(*) from visits as one inner join visits as other
            on one.person_id = other.person_id and one.visit_occurrence_id < other.visit_occurrence_id
            and one.visit_start_datetime < other.visit_end_datetime
            and other.visit_start_datetime < one.visit_end_datetime
        """
    )

    assert overlapping == 0


def test_a_merge_leads_to_the_same_record_in_fhir(made: Made) -> None:
    links = {
        patient["id"]: patient["link"][0]["other"]["reference"]
        for patient in made.resources("Patient")
        if "link" in patient
    }

    for pair in made.key["people"]["merged"]["pairs"]:
        assert links[pair["merged"]["fhir_id"]] == f"Patient/{pair['into']['fhir_id']}"


def test_opted_out_people_are_asked_about_and_not_allowed(made: Made) -> None:
    (request,) = (made.out / "opt_out" / "request").iterdir()
    (response,) = (made.out / "opt_out" / "response").iterdir()
    asked, allowed = (set(path.read_text().replace(",", "").split()) for path in (request, response))

    assert sorted(asked - allowed) == made.key["opt_out"]["opted_out"]
    assert made.key["opt_out"]["opted_out"]
    assert not asked & {person["nhs_number"] for person in people(made, "unchecked")}


def test_rows_of_nobody_are_counted_as_such(made: Made) -> None:
    planted = rows_of(made, "unknown_person")["measurement"]
    nobody = made.ask(
        f"""
        select measurement_id from {made.omop("measurement")}
        where person_id not in (select person_id from {made.omop("link_person")}) order by measurement_id
        """
    )

    assert [row[0] for row in nobody] == planted
    assert made.key["rows_by_status"]["omop"]["measurement"]["person_unknown"] == len(planted)


def test_the_rows_of_the_key_add_up(made: Made) -> None:
    for shape in ("omop", "fhir"):
        for table, statuses in made.key["rows_by_status"][shape].items():
            assert sum(statuses.values()) == made.key["rows"][shape][table], table


def test_bad_lines_of_a_bulk_export_are_as_many_as_the_key_says(made: Made) -> None:
    for kind, count in made.key["bad_bytes"]["fhir"].items():
        lines = (made.out / "fhir" / f"{kind}.ndjson").read_bytes().splitlines()
        assert len(lines) - len(made.resources(kind)) == count


def test_broken_files_among_the_images_are_as_many_as_the_key_says(made: Made) -> None:
    incoming = made.out / "dicom" / "incoming"
    whole = pydicom.dcmread(incoming / "again.dcm")

    assert len(list(incoming.iterdir())) == sum(made.key["bad_bytes"]["dicom"].values())
    assert pydicom.dcmread(incoming / "stranger.dcm").PatientID == UNKNOWN_MRN
    assert whole.SOPInstanceUID in {pydicom.dcmread(path).SOPInstanceUID for path in (made.out / "dicom").rglob("IM*")}
    assert (incoming / "transfer1.dcm").stat().st_size < (incoming / "again.dcm").stat().st_size


def test_the_traced_persons_name_stands_in_nobody_elses_record(made: Made) -> None:
    trace = made.key["trace"]
    others = made.ask(
        f"""
        select * exclude (person_id) from {made.omop("link_person")} where person_id <> {trace["person_id"]}
        """
    )
    notes = made.ask(f"select note_text from {made.omop('note')} where person_id <> {trace['person_id']}")

    stranger = pydicom.dcmread(made.out / "dicom" / "incoming" / "stranger.dcm")
    assert trace["family_name"] not in str(stranger)
    for word in (trace["family_name"], trace["given_name"], trace["postcode"], trace["nhs_number"], trace["mrn"]):
        assert not [row for row in others if any(word in str(value) for value in row)]
        assert not [row for row in notes if word in row[0]]


def test_the_traced_person_is_permitted_and_has_a_spell_a_screening_letters_and_images(made: Made) -> None:
    trace = made.key["trace"]
    person = trace["person_id"]
    images = [pydicom.dcmread(path) for path in (made.out / "dicom").rglob("IM*.dcm")]

    assert trace["status"] == "permitted"
    assert made.value(
        f"select count(*) from {made.omop('visit_occurrence')} where person_id = {person} and visit_concept_id = 9201"
    )
    assert made.value(f"select count(*) from {made.omop('observation')} where person_id = {person}")
    assert made.value(f"select count(*) from {made.omop('note')} where person_id = {person}")
    assert [image for image in images if image.PatientID == trace["mrn"]]
