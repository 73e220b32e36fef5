"""All shapes tell the same story."""

import csv
import io
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import nhs_number
import pytest
import yaml

import pseudonymisation
from orchestration.extract.fhir import element
from orchestration.synth.codes import CODES
from pseudonymisation.policy import load_policy
from tests.unit.synth.conftest import Made

POLICIES = Path(pseudonymisation.__file__).parent / "policies"
NHS = "https://fhir.nhs.uk/Id/nhs-number"


def read_csv(made: Made, name: str, encoding: str = "utf-8") -> list[dict[str, str]]:
    text = (made.out / "csv" / f"{name}.csv").read_bytes().decode(encoding, errors="replace")
    return list(csv.DictReader(io.StringIO(text.replace("\0", ""), newline="")))


def test_omop_has_every_table_and_column_that_the_policy_names(made: Made) -> None:
    for name, table in yaml.safe_load((POLICIES / "omop.yaml").read_text())["tables"].items():
        columns = {row[0] for row in made.ask(f"describe select * from {made.omop(name)}")}
        assert set(table["columns"]) <= columns, name


def test_omop_has_identifying_columns_that_a_policy_must_drop(made: Made) -> None:
    assert made.value(f"select count(person_source_value) from {made.omop('person')}") > 0
    assert made.value(f"select count(note_title) from {made.omop('note')}") > 0
    assert made.value(f"select count(provider_id) from {made.omop('visit_occurrence')}") > 0


def test_every_path_of_the_fhir_policy_yields_values(made: Made) -> None:
    for name, table in load_policy("fhir").tables.items():
        lines = [json.dumps(resource) for resource in made.resources(table.resource or "")]
        made.con.execute("create or replace temp table resources (line varchar)")
        made.con.execute("insert into resources select unnest(?)", [lines])
        for column in table.columns_to_land:
            assert made.value(f"select count({element(column)}) from resources") > 0, f"{name}.{column.name}"


def test_no_resource_holds_a_null_or_an_empty_element(made: Made) -> None:
    def check(value: Any) -> None:
        assert value not in (None, "", {}, [])
        for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
            check(part)

    for path in (made.out / "fhir").iterdir():
        for resource in made.resources(path.stem):
            check(resource)


def test_fhir_and_omop_name_the_same_people(made: Made) -> None:
    linked = made.ask(
        f"select mrn, nhs_number, family_name, cast(birth_date as varchar) from {made.omop('link_person')}"
    )
    patients = {
        (
            patient["identifier"][0]["value"],
            next((item["value"] for item in patient["identifier"] if item.get("system") == NHS), None),
            patient["name"][0]["family"],
            patient["birthDate"],
        )
        for patient in made.resources("Patient")
    }

    assert patients == set(linked)


# OMOP table -> the columns of its concept, of its value, and of its time.
EVENTS = {
    "measurement": ("measurement_concept_id", "value_as_number", "measurement_datetime"),
    "observation": ("observation_concept_id", "value_as_string", "observation_datetime"),
    "drug_exposure": ("drug_concept_id", "null", "drug_exposure_start_datetime"),
    "condition_occurrence": ("condition_concept_id", "null", "condition_start_datetime"),
    "procedure_occurrence": ("procedure_concept_id", "null", "procedure_datetime"),
}


def facts_in_omop(made: Made, table: str) -> Counter[tuple[Any, ...]]:
    concept, value, happened = EVENTS[table]
    return Counter(
        made.ask(
            f"""
            select mrn, concept_code, {value}, {happened}, event.recorded_datetime from {made.omop(table)} as event
            inner join {made.omop("concept")} as concept on {concept} = concept.concept_id
            left join {made.omop("link_person")} as person on event.person_id = person.person_id
            """
        )
    )


def facts_in_fhir(made: Made, table: str) -> Counter[tuple[Any, ...]]:
    mrn = {f"Patient/{person['id']}": person["identifier"][0]["value"] for person in made.resources("Patient")}
    found: Counter[tuple[Any, ...]] = Counter()
    for kind in RESOURCES[table]:
        for item in made.resources(kind):
            if kind == "Observation" and ("valueCodeableConcept" in item) != (table == "observation"):
                continue
            happened, known = times_of(item)
            for part in item.get("component", [item]):
                coded = part.get("code") or part["medicationCodeableConcept"]
                value = part.get("valueQuantity", {}).get("value")
                grade = part.get("valueCodeableConcept", {}).get("coding", [{}])[0].get("code")
                person = mrn.get(item["subject"]["reference"])
                found[(person, coded["coding"][0]["code"], value if value is not None else grade, happened, known)] += 1
    return found


RESOURCES = {
    "measurement": ("Observation",),
    "observation": ("Observation",),
    "drug_exposure": ("MedicationAdministration", "MedicationRequest"),
    "condition_occurrence": ("Condition",),
    "procedure_occurrence": ("Procedure",),
}


def times_of(item: dict[str, Any]) -> tuple[datetime, datetime]:
    happened = next(item[name] for name in HAPPENED if name in item) if "performedPeriod" not in item else None
    start = happened or item["performedPeriod"]["start"]
    known = item.get("issued") or item.get("recordedDate")
    for extension in item.get("extension", ()):
        known = extension["valueDateTime"]
    return utc(start), utc(known or start)


HAPPENED = ("effectiveDateTime", "onsetDateTime", "authoredOn", "performedDateTime")


@pytest.mark.parametrize("table", EVENTS)
def test_fhir_and_omop_hold_the_same_facts_of_the_same_people(made: Made, table: str) -> None:
    assert facts_in_fhir(made, table) == facts_in_omop(made, table)


def test_fhir_and_omop_hold_the_same_visits(made: Made) -> None:
    classes = {"EMER": 9203, "IMP": 9201, "AMB": 9202}
    in_omop = made.ask(
        f"""
        select visit_concept_id, visit_start_datetime, visit_end_datetime, admitted_from_source_value,
            discharged_to_source_value from {made.omop("visit_occurrence")}
        """
    )
    in_fhir = [
        (
            classes[visit["class"]["code"]],
            utc(visit["period"]["start"]),
            utc(visit["period"]["end"]),
            next((item["valueCodeableConcept"]["coding"][0]["code"] for item in visit.get("extension", ())), None),
            visit.get("hospitalization", {}).get("dischargeDisposition", {}).get("coding", [{}])[0].get("code"),
        )
        for visit in made.resources("Encounter")
    ]

    assert Counter(in_fhir) == Counter(in_omop)


def utc(written: str) -> datetime:
    moment = datetime.fromisoformat(written)
    return (moment - (moment.utcoffset() or timedelta())).replace(tzinfo=None)


def test_a_summer_time_in_fhir_carries_the_offset_of_london(made: Made) -> None:
    starts = [encounter["period"]["start"] for encounter in made.resources("Encounter")]

    assert all(start.endswith("+01:00") for start in starts if start[5:7] in ("05", "06", "07", "08", "09"))
    assert all(start.endswith("+00:00") for start in starts if start[5:7] in ("11", "12", "01", "02"))


def test_csv_tells_of_the_same_visits_and_results(made: Made) -> None:
    kinds = dict(made.ask(f"select visit_concept_id, count(*) from {made.omop('visit_occurrence')} group by all"))
    labs = [
        row
        for row in read_csv(made, "labs")
        if row["LABORATORY_RESULT_IDENTIFIER"] not in {"L0000001", "L0000002", "L0000003"}
    ]
    creatinine = made.value(
        f"select count(*) from {made.omop('measurement')} where measurement_source_value = '14682-9'"
    )

    assert len(read_csv(made, "ed_attendances", "utf-8-sig")) == kinds[9203]
    assert len(read_csv(made, "apc_spells")) == kinds[9201]
    assert sum(row["LOINC_CODE"] == "14682-9" for row in labs) == creatinine


def test_the_radiology_file_is_windows_1252_and_the_patient_file_is_not(made: Made) -> None:
    radiology = (made.out / "csv" / "ris_exams.csv").read_bytes()
    good = [line for line in radiology.split(b"\r\n") if not line.startswith(b"RJ1000000000")]

    assert b"\r\n" in radiology
    assert [line.decode("cp1252") for line in good]
    (made.out / "csv" / "pas_patients.csv").read_bytes().decode("utf-8")


def test_each_eye_screening_row_has_the_grades_of_omop(made: Made) -> None:
    grades = Counter(
        row["RIGHT_RETINOPATHY_GRADE"] for row in read_csv(made, "eye_screening") if row["RIGHT_RETINOPATHY_GRADE"]
    )
    in_omop = made.ask(
        f"""
        select value_as_string, count(*) from {made.omop("observation")}
        where observation_source_value = 'right_retinopathy' group by all
        """
    )

    assert grades == dict(in_omop)


def test_notes_are_the_same_in_omop_and_in_json_lines(made: Made) -> None:
    lines = [json.loads(line) for path in (made.out / "notes").iterdir() for line in path.read_text().splitlines()]

    assert {(line["note_id"], line["text"]) for line in lines} == set(
        made.ask(f"select note_id, note_text from {made.omop('note')}")
    )


def test_every_identifier_listed_with_a_note_stands_in_its_text(made: Made) -> None:
    kinds = Counter()
    for path in (made.out / "notes").iterdir():
        for line in path.read_text(encoding="utf-8").splitlines():
            note = json.loads(line)
            for identifier in note["identifiers"]:
                kinds[identifier["kind"]] += 1
                assert identifier["text"] in note["text"]

    assert kinds.keys() >= {
        "patient_name",
        "birth_date",
        "nhs_number",
        "mrn",
        "address",
        "postcode",
        "phone",
        "gp_name",
    }


def test_nhs_numbers_are_written_in_several_ways(made: Made) -> None:
    text = " ".join(row[0] for row in made.ask(f"select note_text from {made.omop('note')}"))

    for form in (r"999\d{7}", r"999 \d{3} \d{4}", r"999-\d{3}-\d{4}", r"999\.\d{3}\.\d{4}", r"999/\d{3}/\d{4}"):
        assert re.search(form, text), form


def test_images_agree_with_the_examination_they_belong_to(made: Made) -> None:
    import pydicom

    exams = {
        accession: (mrn, moment)
        for accession, mrn, moment in made.ask(
            f"""
            select accession_number, mrn, strftime(procedure_datetime, '%Y%m%d%H%M%S')
            from {made.omop("link_accession")} as link
            inner join {made.omop("link_person")} as person on link.person_id = person.person_id
            inner join {made.omop("procedure_occurrence")} as done
                on link.procedure_occurrence_id = done.procedure_occurrence_id
            """
        )
    }
    studies = {
        item["identifier"][1]["value"]: item["identifier"][0]["value"] for item in made.resources("ImagingStudy")
    }
    files = list((made.out / "dicom").rglob("IM*.dcm"))
    for path in files:
        image = pydicom.dcmread(path)
        assert exams[image.AccessionNumber] == (image.PatientID, image.StudyDate + image.StudyTime)
        assert studies[image.AccessionNumber] == f"urn:oid:{image.StudyInstanceUID}"
        assert image.Modality != "OP" or image.ImageLaterality in "RL"

    assert len(files) > 20
    assert len(json.loads((made.out / "dicomweb" / "series.json").read_text())) == len(files)


def test_the_opt_out_files_are_as_mesh_carries_them(made: Made) -> None:
    (request,) = (made.out / "opt_out" / "request").iterdir()
    (response,) = (made.out / "opt_out" / "response").iterdir()
    asked, allowed = request.read_bytes(), response.read_bytes()

    assert re.fullmatch(r"[A-Z0-9]+-010626-0001\.dat", request.name)
    assert re.fullmatch(rb"([0-9]{10},\n)+", asked)
    assert set(allowed.splitlines()) < set(asked.splitlines())
    assert all(nhs_number.is_valid(line.rstrip(",")) for line in asked.decode().split())


def test_every_postcode_of_a_person_is_in_the_lookup(made: Made) -> None:
    lookup = {line.split(",")[0] for line in (made.out / "reference" / "postcode_imd.csv").read_text().splitlines()}

    assert {row[0] for row in made.ask(f"select postcode from {made.omop('link_person')}")} <= lookup


def test_every_code_has_a_concept(made: Made) -> None:
    concepts = set(made.ask(f"select concept_id, vocabulary_id, concept_code from {made.omop('concept')}"))

    assert {(code.concept_id, code.vocabulary, code.code) for code in CODES} <= concepts
