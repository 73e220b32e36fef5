"""What the event model promises: all sources in one shape, each fact once, known no earlier than it was on record."""

from datetime import date, datetime
from typing import Any

import pytest

from tests.lib.dbt_tables import DbtHome, Row, Rows, make_home

NOON = datetime(2024, 3, 1, 12)
EVENING = datetime(2024, 3, 1, 18)
MIDNIGHT = datetime(2024, 3, 2)
DAY = date(2024, 3, 1)
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"

CONCEPTS: list[Row] = [
    {"concept_id": 3027018, "vocabulary_id": "LOINC", "concept_code": "8867-4"},
    {"concept_id": 2000000401, "vocabulary_id": "NHS DES", "concept_code": "right_retinopathy"},
    {"concept_id": 2000000200, "vocabulary_id": "RxNorm", "concept_code": "723"},
    # Another source uses the same local number for something else.
    {"concept_id": 2000000200, "vocabulary_id": "LOINC", "concept_code": "777-3", "source": "other_trust"},
]


def heart_rate(person: str, **more: Any) -> Row:
    row = {"person_id": person, "measurement_concept_id": 3027018, "measurement_date": DAY, "value_as_number": 80}
    return {**row, "unit_source_value": "/min", **more}


def observation(person: str, code: str, **more: Any) -> Row:
    row = {"person_id": person, "system": "http://loinc.org", "code": code, "status": "final", "effective_at": NOON}
    return {**row, **more}


ROWS: Rows = {
    ("omop", "concept"): CONCEPTS,
    ("omop", "care_site"): [
        {"care_site_id": 1, "care_site_source_value": "RJ1"},
        {"care_site_id": 1, "care_site_source_value": "RYJ", "source": "other_trust"},
    ],
    ("omop", "person"): [
        {"person_id": "ada", "year_of_birth": 1950, "month_of_birth": 6, "day_of_birth": 15, "care_site_id": 1,
         "gender_concept_id": 8551, "race_source_value": "Z"},
        {"person_id": "year_only", "year_of_birth": 1950},
        {"person_id": "asked_and_refused", "year_of_birth": 1950, "race_source_value": "Z"},
        {"person_id": "no_such_code", "year_of_birth": 1950, "race_source_value": "OTHER"},
    ],
    ("omop", "death"): [{"person_id": "ada", "death_date": DAY}],
    ("fhir", "patient"): [
        {"person_id": "ada", "gender": "female", "ethnic_category": "A"},
        {"person_id": "asked_and_refused", "ethnic_category": "99"},
    ],
    ("site", "person_place"): [{"person_id": "ada", "imd_decile": 3}],
    ("omop", "visit_occurrence"): [
        {"visit_occurrence_id": "told_twice", "person_id": "ada", "visit_concept_id": 9201, "visit_start_date": DAY,
         "visit_start_datetime": NOON},
        {"visit_occurrence_id": "by_day", "person_id": "ada", "visit_concept_id": 9203, "visit_start_date": DAY,
         "visit_end_date": DAY, "care_site_id": 1, "source": "other_trust"},
    ],
    ("fhir", "encounter"): [
        {"id": "told_twice", "person_id": "ada", "class_code": "IMP", "status": "finished", "period_start": NOON,
         "period_end": EVENING},
        {"id": "planned", "person_id": "ada", "class_code": "IMP", "status": "planned", "period_start": NOON},
    ],
    ("omop", "measurement"): [
        heart_rate("told_by_two", measurement_datetime=NOON, recorded_datetime=EVENING),
        heart_rate("known_by_day"),
        heart_rate("no_time_on_record", measurement_datetime=NOON),
        heart_rate("local_number", measurement_datetime=NOON, measurement_concept_id=2000000200, source="other_trust"),
        heart_rate("concept_not_held", measurement_datetime=NOON, measurement_concept_id=42),
    ],
    ("omop", "observation"): [
        {"person_id": "eye", "observation_concept_id": 2000000401, "observation_date": DAY, "value_as_string": "R1"},
    ],
    ("omop", "drug_exposure"): [
        {"person_id": "dose", "drug_concept_id": 2000000200, "drug_exposure_start_date": DAY,
         "drug_exposure_start_datetime": NOON},
    ],
    ("fhir", "observation"): [
        observation("told_by_two", "8867-4", value_number=80, unit="{beats}/min", issued_at=NOON),
        observation("told_differently", "8867-4", value_number=80, unit="/min"),
        observation("told_differently", "8867-4", value_number=81, unit="/min"),
        observation("pressure", "85354-9", systolic_mmhg=120, diastolic_mmhg=70),
        observation("mistake", "8867-4", value_number=80, unit="/min", status="entered-in-error"),
    ],
    ("fhir", "medication_administration"): [
        {"person_id": "dose", "system": RXNORM, "code": "723", "status": "completed", "effective_at": NOON},
    ],
    ("fhir", "medication_request"): [
        {"person_id": "dose", "system": RXNORM, "code": "723", "status": "active", "authored_at": NOON},
    ],
    ("fhir", "condition"): [
        {"person_id": "no_time", "system": "http://snomed.info/sct", "code": "44054006"},
        {"person_id": "refuted", "system": "http://snomed.info/sct", "code": "44054006", "onset_at": NOON,
         "verification_status": "refuted"},
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> DbtHome:
    built = make_home(tmp_path_factory.mktemp("events"), ROWS)
    built.build("--quiet")
    return built


def events(home: DbtHome, person: str, columns: str) -> list[tuple[Any, ...]]:
    return home.rows(f"select {columns} from int_event where person_id = '{person}' order by all")


def test_a_person_of_several_sources_is_one_row_with_what_any_of_them_knows(home: DbtHome) -> None:
    columns = "birth_date, sex_code, ethnic_category, imd_decile, site, death_at, death_recorded_at"
    rows = home.rows(f"select {columns} from int_person where person_id = 'ada'")
    assert rows == [(date(1950, 6, 15), "2", "A", 3, "RJ1", datetime(2024, 3, 1), MIDNIGHT)]


def test_missing_not_stated_and_not_known_ethnic_category_are_kept_apart(home: DbtHome) -> None:
    rows = dict(home.rows("select person_id, ethnic_category from int_person"))
    assert (rows["year_only"], rows["asked_and_refused"], rows["no_such_code"]) == (None, "Z", "99")


def test_a_year_of_birth_alone_stands_for_the_middle_of_the_year(home: DbtHome) -> None:
    assert home.rows("select birth_date from int_person where person_id = 'year_only'") == [(date(1950, 7, 1),)]


def test_an_encounter_told_by_two_sources_counts_once_as_told_by_the_one_that_knows_its_end(home: DbtHome) -> None:
    rows = home.rows("select source, kind, end_at from int_encounter where encounter_id = 'told_twice'")
    assert rows == [("fhir", "APC", EVENING)]


def test_an_encounter_known_by_its_day_lasts_to_the_end_of_that_day(home: DbtHome) -> None:
    rows = home.rows("select kind, start_at, end_at, site from int_encounter where encounter_id = 'by_day'")
    assert rows == [("ED", datetime(2024, 3, 1), MIDNIGHT, "RYJ")]


def test_a_planned_encounter_did_not_happen(home: DbtHome) -> None:
    assert home.rows("select * from int_encounter where encounter_id = 'planned'") == []


def test_a_fact_told_by_two_sources_counts_once_and_from_when_the_first_had_it_on_record(home: DbtHome) -> None:
    columns = "vocabulary, code, value_number, unit, event_at, recorded_at, source"
    assert events(home, "told_by_two", columns) == [("LOINC", "8867-4", 80, "/min", NOON, NOON, "fhir")]


def test_facts_with_different_values_are_different_facts(home: DbtHome) -> None:
    assert events(home, "told_differently", "value_number") == [(80,), (81,)]


def test_a_fact_known_by_its_day_is_on_record_only_at_the_end_of_that_day(home: DbtHome) -> None:
    assert events(home, "known_by_day", "event_at, recorded_at") == [(datetime(2024, 3, 1), MIDNIGHT)]


def test_a_fact_without_a_time_of_recording_is_on_record_when_it_happened(home: DbtHome) -> None:
    assert events(home, "no_time_on_record", "event_at, recorded_at") == [(NOON, NOON)]


def test_a_concept_number_is_read_in_the_vocabulary_of_its_own_source(home: DbtHome) -> None:
    assert events(home, "local_number", "vocabulary, code") == [("LOINC", "777-3")]


def test_a_concept_that_the_vocabulary_lacks_keeps_its_number(home: DbtHome) -> None:
    assert events(home, "concept_not_held", "vocabulary, code") == [("OMOP", "42")]


def test_a_blood_pressure_gives_one_fact_for_each_component(home: DbtHome) -> None:
    rows = events(home, "pressure", "code, value_number, unit")
    assert rows == [("8462-4", 70, "mmHg"), ("8480-6", 120, "mmHg"), ("85354-9", None, None)]


def test_an_eye_grade_is_an_observation_with_a_code(home: DbtHome) -> None:
    rows = events(home, "eye", "domain, vocabulary, code, value_code")
    assert rows == [("observation", "NHS DES", "right_retinopathy", "R1")]


def test_a_dose_is_given_whether_omop_or_fhir_tells_it_and_an_order_is_not_a_dose(home: DbtHome) -> None:
    assert events(home, "dose", "domain, code, value_code") == [("drug", "723", "given"), ("drug", "723", "order")]


@pytest.mark.parametrize("person", ["mistake", "refuted", "no_time"])
def test_what_was_a_mistake_or_has_no_time_is_not_a_fact(home: DbtHome, person: str) -> None:
    assert events(home, person, "*") == []


def test_every_fact_that_was_read_is_accounted_for(home: DbtHome) -> None:
    ((read, without_time, repeated, kept),) = home.rows("from int_event_counted")
    assert (without_time, repeated) == (1, 2)
    assert read == without_time + repeated + kept
