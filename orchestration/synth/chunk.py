"""One chunk of the trust: people and everything that happens to them, as frames that SQL can read.

| table | one row per |
|---|---|
| people | registration (two for a person who is registered twice) |
| visit | emergency attendance, inpatient spell or outpatient attendance |
| measurement | vital sign, blood test, HbA1c or blood culture |
| vital_set | round of bedside observations: the same facts as in measurement, side by side |
| drug, condition, grade | dose or prescription; coded diagnosis; graded item of one eye |
| exam | imaging examination, which is also the procedure |
| letter | note without its text |
| spell | journey with the course that was chosen for it, for the answer key |
"""

from dataclasses import dataclass

import numpy as np

from orchestration.synth.codes import VITALS
from orchestration.synth.course import long_rows, make_bodies, make_lab_sets, make_vital_sets
from orchestration.synth.defects import Roles, RowIds, choose_roles, spoil_people, spoil_rows
from orchestration.synth.eyes import (
    make_clinic_prescriptions,
    make_diabetics,
    make_grades,
    make_hba1c,
    make_prescriptions,
    make_screenings,
)
from orchestration.synth.frame import HOUR, NO_TIME, Column, Frame, height, stack, take
from orchestration.synth.imaging import accession_numbers, make_exams
from orchestration.synth.journeys import (
    deaths,
    lived_through,
    make_clinic_visits,
    make_journeys,
    make_visits,
    outside_journeys,
)
from orchestration.synth.letters import make_letters
from orchestration.synth.people import TRACE_ROW, make_people
from orchestration.synth.treatment import ORAL, make_conditions, make_cultures, make_drugs, suspicion
from orchestration.synth.world import World

EVENT_STRIDE = 100_000_000
_LAB_KEYS = ("pao2", "creatinine", "bilirubin", "platelets", "white_cells", "lactate", "crp")


@dataclass(frozen=True)
class Chunk:
    """The tables of one chunk, and per planted defect and table the ids of the planted rows."""

    number: int
    tables: dict[str, Frame]
    roles: Roles
    row_defects: RowIds


@dataclass(frozen=True)
class _Stays:
    """The visits of a chunk, and which visit a journey or an outpatient attendance became."""

    journeys: Frame
    visits: Frame
    ed_visit: Column
    ward_visit: Column
    outpatient_visit: Column

    def visit_id(self, rows: Column, times: Column) -> Column:
        """Return the visit of a journey in which a moment lies."""
        ward_at = self.journeys["ward_at"][rows]
        on_ward = (ward_at != NO_TIME) & (times >= ward_at)
        return np.where(on_ward, self.ward_visit[rows], self.ed_visit[rows])


def make_chunk(world: World, chunk: int) -> Chunk:
    """Return one chunk of the trust, defects planted."""
    people = make_people(world, chunk)
    journeys = make_journeys(world, chunk, people)
    died_at = deaths(world, chunk, people=people, journeys=journeys)
    people["death_at"] = died_at
    people["death_recorded_at"] = np.where(died_at == NO_TIME, NO_TIME, died_at + 30 * HOUR)
    journeys = take(journeys, lived_through(journeys, died_at, until="end_at"))
    diabetics = make_diabetics(world, chunk, people)
    screenings = make_screenings(world, chunk, diabetics)
    screenings, clinics = (
        take(visits, lived_through(visits, died_at, until="end_at") & outside_journeys(visits, journeys))
        for visits in (screenings, make_clinic_visits(world, chunk, people))
    )
    outpatient = stack([clinics, {name: screenings[name] for name in clinics}])
    visits = make_visits(world, chunk, people=people, journeys=journeys, outpatient=outpatient)
    stays = _stays(journeys, visits, attendances=height(outpatient))
    first_screening = height(clinics)
    roles = choose_roles(world, chunk, people=people, visits=visits, diabetics=diabetics)
    exams = _exams(world, chunk, people=people, stays=stays, screenings=(screenings, first_screening))
    tables = {
        **_journey_tables(world, chunk, people=people, stays=stays, diabetics=diabetics),
        "grade": _grades(world, chunk, diabetics=diabetics, stays=stays, screenings=(screenings, first_screening)),
        "exam": exams,
        "letter": _letters(world, chunk, people=people, visits=visits, exams=exams, first_screening=first_screening),
        "visit": visits,
        "spell": {
            "person_id": people["person_id"][journeys["person"]],
            "course": journeys["course"],
            "ward_at": journeys["ward_at"],
        },
    }
    row_defects: RowIds = {}
    if chunk == 0:
        tables, row_defects = spoil_rows(world, tables, people["person_id"][roles.plain & _untraced(people)])
    tables["people"] = spoil_people(world, people, roles)
    return Chunk(chunk, tables, roles, row_defects)


def _untraced(people: Frame) -> Column:
    mask: Column = np.arange(height(people)) != TRACE_ROW
    return mask


def _stays(journeys: Frame, visits: Frame, *, attendances: int) -> _Stays:
    found = {}
    for kind, size, column in (
        ("ED", height(journeys), "journey"),
        ("APC", height(journeys), "journey"),
        ("OP", attendances, "outpatient"),
    ):
        rows = visits["kind"] == kind
        found[kind] = np.zeros(size, dtype=np.int64)
        found[kind][visits[column][rows]] = visits["visit_id"][rows]
    return _Stays(journeys, visits, found["ED"], found["APC"], found["OP"])


def _journey_tables(world: World, chunk: int, *, people: Frame, stays: _Stays, diabetics: Frame) -> dict[str, Frame]:
    journeys = stays.journeys
    bodies = make_bodies(world, chunk, journeys)
    suspected = suspicion(world, chunk, journeys)
    vital_sets = _placed(make_vital_sets(world, chunk, journeys=journeys, bodies=bodies), people, stays)
    lab_sets = _placed(make_lab_sets(world, chunk, journeys=journeys, bodies=bodies), people, stays)
    cultures = _placed(make_cultures(world, chunk, journeys=journeys, suspected=suspected), people, stays)
    hba1c = _unplaced(make_hba1c(world, chunk, diabetics), people, happened="taken_at")
    tests = [long_rows(vital_sets, tuple(code.key for code in VITALS)), long_rows(lab_sets, _LAB_KEYS), cultures, hba1c]
    measurement = stack([{name: part[name] for name in tests[0]} for part in tests])
    measurement["event_at"] = measurement.pop("taken_at")
    drugs = make_drugs(world, chunk, journeys=journeys, bodies=bodies, suspected=suspected)
    prescribed = (make_prescriptions(world, chunk, diabetics), make_clinic_prescriptions(stays.visits, diabetics))
    tables = {
        "measurement": measurement,
        "vital_set": vital_sets,
        "drug": _drugs(drugs, prescribed, people=people, stays=stays),
        "condition": _conditions(world, chunk, people=people, stays=stays, diabetics=diabetics),
    }
    for name, frame in tables.items():
        frame[f"{name}_id"] = chunk * EVENT_STRIDE + np.arange(1, height(frame) + 1)
    return tables


def _placed(frame: Frame, people: Frame, stays: _Stays) -> Frame:
    rows, times = frame["journey"], frame["taken_at"]
    person = stays.journeys["person"][rows]
    return frame | {"person_id": people["person_id"][person], "visit_id": stays.visit_id(rows, times)}


def _unplaced(frame: Frame, people: Frame, *, happened: str) -> Frame:
    alive = lived_through(frame, people["death_at"], until=happened)
    frame = take(frame, alive)
    return frame | {
        "person_id": people["person_id"][frame["person"]],
        "visit_id": np.zeros(height(frame), dtype=np.int64),
    }


def _drugs(given: Frame, prescribed: tuple[Frame, Frame], *, people: Frame, stays: _Stays) -> Frame:
    at_home, at_clinic = prescribed
    placed = _placed(given | {"taken_at": given["start_at"]}, people, stays)
    swallowed = [
        frame | {"route": np.full(height(frame), ORAL)}
        for frame in (_unplaced(at_home, people, happened="start_at"), at_clinic)
    ]
    names = ("person_id", "visit_id", "code_no", "start_at", "end_at", "recorded_at", "route", "quantity")
    return stack([{name: part[name] for name in names} for part in (placed, *swallowed)])


def _conditions(world: World, chunk: int, *, people: Frame, stays: _Stays, diabetics: Frame) -> Frame:
    coded = make_conditions(world, chunk, people=people, journeys=stays.journeys)
    journey = coded.pop("journey")
    on_journey = np.maximum(journey, 0)
    # A spell's diagnosis belongs to its ward, wherever it was first suspected.
    coded["visit_id"] = np.where(journey >= 0, stays.ward_visit[on_journey], 0)
    count = height(diabetics)
    known = {
        "person": diabetics["person"],
        "code_no": diabetics["code_no"],
        "start_at": diabetics["start_at"],
        "recorded_at": diabetics["start_at"],
        "visit_id": np.zeros(count, dtype=np.int64),
    }
    conditions = stack([{name: part[name] for name in known} for part in (coded, known)])
    conditions = take(conditions, lived_through(conditions, people["death_at"], until="start_at"))
    return conditions | {"person_id": people["person_id"][conditions.pop("person")]}


def _grades(world: World, chunk: int, *, diabetics: Frame, stays: _Stays, screenings: tuple[Frame, int]) -> Frame:
    attended, first = screenings
    grades = make_grades(world, chunk, diabetics=diabetics, screenings=attended)
    row = grades.pop("screening")
    visit_id = stays.outpatient_visit[first + row]
    visit = np.searchsorted(stays.visits["visit_id"], visit_id)
    return grades | {
        "grade_id": chunk * EVENT_STRIDE + np.arange(1, height(grades) + 1),
        "person_id": stays.visits["person_id"][visit],
        "visit_id": visit_id,
        "event_at": attended["start_at"][row],
        "recorded_at": attended["graded_at"][row],
    }


def _exams(world: World, chunk: int, *, people: Frame, stays: _Stays, screenings: tuple[Frame, int]) -> Frame:
    attended, first = screenings
    exams = make_exams(world, chunk, journeys=stays.journeys, screenings=attended)
    journey, screening = np.maximum(exams["journey"], 0), np.maximum(exams["screening"], 0)
    in_journey = stays.visit_id(journey, exams["started_at"]) if height(stays.journeys) else np.zeros_like(journey)
    at_screening = stays.outpatient_visit[first + screening]
    exams["visit_id"] = np.where(exams["journey"] >= 0, in_journey, at_screening)
    visit = np.searchsorted(stays.visits["visit_id"], exams["visit_id"])
    return exams | {
        "person_id": people["person_id"][exams["person"]],
        "accession_number": accession_numbers(exams, people),
        "site_no": stays.visits["site_no"][visit],
        "consultant_no": stays.visits["consultant_no"][visit],
    }


def _letters(world: World, chunk: int, *, people: Frame, visits: Frame, exams: Frame, first_screening: int) -> Frame:
    is_screening = visits["outpatient"] >= first_screening
    letters = make_letters(world, chunk, visits=visits, exams=exams, screenings=is_screening)
    return letters | {"person_id": people["person_id"][letters["person"]]}
