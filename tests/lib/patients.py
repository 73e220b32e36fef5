"""Made-up people for the specifications of the cohorts: a few words each, turned into rows of the pseudonymised zone.

Hours count from `START`. Codes and units come from the project's own codelists, by concept.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from tests.lib.dbt_tables import PROJECT, Rows

START = datetime(2024, 3, 1, 8)
LOINC = "http://loinc.org"
RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"
SNOMED = "http://snomed.info/sct"
EYE_GRADES = "urn:cohortgate:nhs-des"


@dataclass(frozen=True)
class Fact:
    """One row of one table of the pseudonymised zone, before it is known whose it is."""

    kind: str
    table: str
    row: Mapping[str, Any]


def at(hours: float) -> datetime:
    """Return the moment so many hours after `START`."""
    return START + timedelta(hours=hours)


def people(stories: Mapping[str, tuple[Fact, ...]]) -> Rows:
    """Return the rows of all stories, each under its person's name as pseudonym."""
    rows: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for person, facts in stories.items():
        for number, fact in enumerate(facts):
            named = {"id": f"{person}-{number}"} if fact.table == "encounter" else {}
            rows[fact.kind, fact.table].append({"person_id": person, **named, **fact.row})
    return dict(rows)


def born(day: str, **more: Any) -> Fact:
    """A patient with a date of birth."""
    return Fact("fhir", "patient", {"birth_date": date.fromisoformat(day), **more})


def unborn() -> Fact:
    """A patient whose date of birth nobody knows."""
    return Fact("fhir", "patient", {"gender": "female"})


def emergency(start: float, end: float | None) -> Fact:
    """An attendance in the emergency department."""
    return _encounter("EMER", start, end)


def admitted(start: float, end: float | None, **more: Any) -> Fact:
    """A stay in hospital."""
    return _encounter("IMP", start, end, **more)


def measured(hours: float, concept: str, value: float, *, unit: str = "", known: float | None = None) -> Fact:
    """A vital sign or laboratory value in its codelist's unit, on record at `known`, else at once."""
    code = codelist()[concept]
    row = {"code": code["code"], "value_number": value, "unit": unit or code["unit"]}
    return _observation(LOINC, hours, row, known)


def cultured(hours: float) -> Fact:
    """A blood culture, by the time its specimen was taken."""
    return _observation(LOINC, hours, {"code": codelist()["blood_culture"]["code"]}, None)


def given(hours: float, concept: str = "antibiotic") -> Fact:
    """A dose that was given."""
    row = {"system": RXNORM, "code": codelist()[concept]["code"], "effective_at": at(hours), "status": "completed"}
    return Fact("fhir", "medication_administration", row)


def ordered(hours: float) -> Fact:
    """An antibiotic that was ordered; nobody says that it was given."""
    row = {"system": RXNORM, "code": codelist()["antibiotic"]["code"], "authored_at": at(hours), "status": "active"}
    return Fact("fhir", "medication_request", row)


def diagnosed(hours: float, concept: str, *, known: float | None = None) -> Fact:
    """A diagnosis, on record at `known`, else at once."""
    row = {"system": SNOMED, "code": codelist()[concept]["code"], "onset_at": at(hours)}
    return Fact("fhir", "condition", {**row, "recorded_at": at(hours if known is None else known)})


def graded(hours: float, item: str, grade: str, *, known: float | None = None) -> Fact:
    """One grade of one eye, such as `right_retinopathy` `R1`, final at `known`, else at once."""
    return _observation(EYE_GRADES, hours, {"code": item, "value_code": grade}, known)


def photographed(hours: float, eye: str, number: int) -> Fact:
    """One image of one eye in the archive."""
    row = {
        "study_instance_uid": f"2.25.{hours:.0f}",
        "series_instance_uid": f"2.25.{hours:.0f}1",
        "sop_instance_uid": f"2.25.{hours:.0f}1{number}",
        "modality": "OP",
        "study_date": at(hours).date(),
        "study_time": f"{at(hours):%H%M%S}",
        "image_laterality": eye,
    }
    return Fact("dicom", "instance", row)


@cache
def codelist() -> dict[str, dict[str, str]]:
    """Return one row of the codelists for each concept, the first that stands there."""
    rows: dict[str, dict[str, str]] = {}
    for row in _codelist_rows():
        rows.setdefault(row["concept"], row)
    return rows


def _codelist_rows() -> Iterator[dict[str, str]]:
    for path in sorted((PROJECT / "seeds" / "codelists").glob("*.csv")):
        with path.open(newline="") as lines:
            yield from csv.DictReader(lines)


def _encounter(class_code: str, start: float, end: float | None, **more: Any) -> Fact:
    period_end = None if end is None else at(end)
    row = {"class_code": class_code, "status": "finished", "period_start": at(start), "period_end": period_end}
    return Fact("fhir", "encounter", {**row, **more})


def _observation(system: str, hours: float, row: Mapping[str, Any], known: float | None) -> Fact:
    issued = at(hours if known is None else known)
    return Fact(
        "fhir",
        "observation",
        {"system": system, "status": "final", "effective_at": at(hours), "issued_at": issued, **row},
    )
