"""What was planted, so that tests can check that each defect was found.

The file names people by their identifiers. It stays beside the synthetic trust and is no input of any stage.
"""

from collections import Counter
from typing import Any

import duckdb
import numpy as np

from orchestration.synth.chunk import Chunk
from orchestration.synth.database import rows
from orchestration.synth.defects import Roles
from orchestration.synth.fhir_resources import RESOURCES
from orchestration.synth.journeys import ANTIBIOTIC_LATE, ANTIBIOTIC_ONLY, CULTURE_LATE, CULTURE_ONLY, INFECTION, SEPSIS
from orchestration.synth.people import TRACE_ROW

Counts = dict[str, Counter[str]]

_OMOP_TABLES = {
    "person": "people_rows",
    "death": "people where death_at is not null",
    "visit_occurrence": "visit",
    "condition_occurrence": "condition",
    "drug_exposure": "drug",
    "measurement": "measurement",
    "observation": "grade",
    "procedure_occurrence": "exam",
    "note": "note",
}
# Where a row of a table of ours is found again: OMOP table, FHIR resource, what precedes its id in FHIR.
_PLACES = {
    "measurement": ("measurement", "Observation", "M"),
    "condition": ("condition_occurrence", "Condition", ""),
    "drug": ("drug_exposure", "MedicationAdministration", ""),
    "visit": ("visit_occurrence", "Encounter", ""),
}
_COURSES = {
    "sepsis": SEPSIS,
    "infection_without_sepsis": INFECTION,
    "antibiotic_without_culture": ANTIBIOTIC_ONLY,
    "culture_without_antibiotic": CULTURE_ONLY,
    "culture_73_hours_after_antibiotic": CULTURE_LATE,
    "antibiotic_73_hours_after_culture": ANTIBIOTIC_LATE,
}


# What is sent to the opt-out service, and what comes back. Only the number that stands today is opted out; one
# that was merged into it comes back as allowed.
ASKED = """
    select nhs_number

    from people

    where nhs_number is not null and status in ('permitted', 'opted_out')

    order by person_id
"""
ALLOWED = """
    select nhs_number

    from people

    where
        nhs_number is not null
        and (status = 'permitted' or (status = 'opted_out' and replaced_by_person_id > 0))

    order by person_id
"""


def count_by_status(con: duckdb.DuckDBPyConnection, shapes: frozenset[str]) -> dict[str, Counts]:
    """Return, for OMOP and FHIR if asked for, how many rows of the loaded chunk are of people of which status."""
    fhir = {name: resource.rows for name, resource in RESOURCES.items()}
    tables = {"omop": _OMOP_TABLES, "fhir": fhir}
    return {shape: _statuses(con, relations) for shape, relations in tables.items() if shape in shapes}


def count_clinical(con: duckdb.DuckDBPyConnection) -> Counter[str]:
    """Return what the cohorts should find among the permitted people of the loaded chunk."""
    spells = _grouped(con, _SPELLS)
    counts = Counter({f"spells_{name}": spells.get(str(course), 0) for name, course in _COURSES.items()})
    counts["spells"] = sum(spells.values())
    counts["people_with_sepsis"] = _single(con, _SEPTIC_PEOPLE)
    counts["people_screened"] = _single(con, f"select count(distinct person_id) from ({_EYES}) as eyes")
    counts["eyes_graded"] = _single(con, f"select count(*) from ({_EYES}) as eyes")
    counts["eyes_referable"] = _single(con, f"select count(*) from ({_EYES}) as eyes where is_referable")
    return counts


def describe_people(con: duckdb.DuckDBPyConnection, roles: Roles) -> dict[str, Any]:
    """Return who plays which part in the first chunk, by identifiers."""
    person = _people(con)
    found: dict[str, Any] = {
        role: {"count": len(chosen), "people": [person[int(row) + 1] for row in np.sort(chosen)]}
        for role, chosen in roles.rows.items()
    }
    pairs = [{"merged": person[duplicate + 1], "into": person[survivor + 1]} for duplicate, survivor in roles.merged]
    found["merged"] = {"count": len(pairs), "pairs": pairs}
    return found


def describe_rows(con: duckdb.DuckDBPyConnection, chunk: Chunk) -> dict[str, Any]:
    """Return the ids of planted rows, per defect, as OMOP and as FHIR know them."""
    found: dict[str, Any] = {}
    for defect, tables in chunk.row_defects.items():
        for table, ids in tables.items():
            omop, resource, prefix = _PLACES[table]
            query = f"select fhir_id('{resource}', '{prefix}' || unnest({ids})) as found"
            fhir = [found_id for (found_id,) in rows(con, query)]
            entry = found.setdefault(defect, {"count": 0, "omop": {}, "fhir": {}})
            entry["count"] += len(ids)
            entry["omop"][omop], entry["fhir"][resource] = ids, fhir
    return found


def describe_trace(con: duckdb.DuckDBPyConnection) -> dict[str, Any] | None:
    """Return the designated person, whose rare name stands in nobody else's record."""
    person = _people(con, f"where person_id = {TRACE_ROW + 1}").get(TRACE_ROW + 1)
    if person is None:
        return None
    accessions = rows(con, f"select accession_number from exam where person_id = {TRACE_ROW + 1} order by exam_no")
    return person | {"accession_numbers": [number for (number,) in accessions]}


def _statuses(con: duckdb.DuckDBPyConnection, tables: dict[str, str]) -> Counts:
    return {name: Counter(_grouped(con, _BY_STATUS.format(relation=relation))) for name, relation in tables.items()}


def _grouped(con: duckdb.DuckDBPyConnection, query: str) -> dict[str, int]:
    return {str(group): int(str(count)) for group, count in rows(con, query)}


def _people(con: duckdb.DuckDBPyConnection, where: str = "") -> dict[int, dict[str, Any]]:
    columns = "person_id, nhs_number, mrn, given_name, family_name, postcode, status, fhir_id('Patient', person_id)"
    names = ("person_id", "nhs_number", "mrn", "given_name", "family_name", "postcode", "status", "fhir_id")
    found = rows(con, f"select {columns} from people {where} order by person_id")
    return {int(str(row[0])): dict(zip(names, row, strict=True)) for row in found}


def _single(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int(str(rows(con, query)[0][0]))


_BY_STATUS = """
    select coalesce(status, 'person_unknown'), count(*)

    from (select person_id from {relation}) as events

    left join people using (person_id)

    group by all

    order by all
"""

_SPELLS = """
    select course, count(*)

    from spell

    inner join people using (person_id)

    where ward_at is not null and status = 'permitted'

    group by course
"""

_SEPTIC_PEOPLE = f"""
    select count(distinct person_id)

    from spell

    inner join people using (person_id)

    where course = {SEPSIS} and status = 'permitted'
"""

_EYES = """
    select
        person_id,
        visit_id,
        split_part(code.code, '_', 1) as eye,
        bool_or(value_code in ('R2', 'R3A', 'M1')) as is_referable

    from grade

    inner join people using (person_id)

    inner join code using (code_no)

    where status = 'permitted'

    group by all
"""
