"""What happens to people in hospital: emergency attendances, inpatient spells, deaths, outpatient visits.

A journey is one attendance in the emergency department, one inpatient spell, or the first followed by the
second. What is measured and given on the way is in `course` and `treatment`.
"""

import numpy as np

from orchestration.synth.frame import (
    DAY,
    HOUR,
    MINUTE,
    NO_TIME,
    Column,
    Frame,
    between,
    height,
    kept,
    positions,
    stack,
    take,
    whole_minutes,
)
from orchestration.synth.people import TRACE_ROW, ages, pick
from orchestration.synth.reference import TRUSTS
from orchestration.synth.world import TAIL_DAYS, World

# What becomes of an inpatient spell; sepsis is several times as frequent as in a real trust.
STABLE, SEPSIS, INFECTION, ANTIBIOTIC_ONLY, CULTURE_ONLY, CULTURE_LATE, ANTIBIOTIC_LATE = range(7)
_COURSE_SHARE = (0.50, 0.24, 0.08, 0.10, 0.04, 0.02, 0.02)

_ED_SHARE = 0.45
_DIRECT_SHARE = 0.17
_CLINIC_SHARE = 0.30
_CLINIC_SPECIALTIES = ("300", "320", "340", "410", "330", "307")
# Arrivals by hour of the day, from midnight.
_ARRIVALS = (3, 2, 2, 2, 2, 2, 3, 4, 6, 8, 9, 9, 8, 8, 8, 8, 8, 8, 8, 8, 7, 6, 5, 4)
_EMERGENCY_METHODS, _EMERGENCY_SHARE = ("21", "2A", "2B"), (0.93, 0.05, 0.02)
_DIRECT_METHODS, _DIRECT_METHOD_SHARE = ("11", "12", "13", "22", "24"), (0.38, 0.27, 0.07, 0.18, 0.10)
_DESTINATIONS, _DESTINATION_SHARE = ("19", "54", "51", "29", "30"), (0.86, 0.05, 0.04, 0.03, 0.02)
_DIED = "79"

VISIT_STRIDE = 10_000_000


def make_journeys(world: World, chunk: int, people: Frame) -> Frame:
    """Return one row per journey; `person` is a position in `people`, times not reached are NO_TIME."""
    rng = world.stream(chunk, "journeys")
    count = height(people)
    attended = np.where(rng.random(count) < _ED_SHARE, 1 + np.minimum(rng.poisson(0.45, count), 3), 0)
    direct = (rng.random(count) < _DIRECT_SHARE).astype(np.int64)
    traced = chunk == 0 and count > TRACE_ROW
    if traced:
        attended[TRACE_ROW], direct[TRACE_ROW] = 1, 0
    person, slot = positions(attended + direct)
    slots = (attended + direct)[person]
    is_direct = (direct[person] == 1) & (slot == (rng.random(count) * (attended + direct)).astype(np.int64)[person])
    is_adult = ages(people, world)[person] >= 20
    admitted = is_direct | (rng.random(len(person)) < 0.30)
    course = np.where(admitted & is_adult, rng.choice(7, size=len(person), p=_COURSE_SHARE), STABLE)
    if traced:
        admitted[person == TRACE_ROW], course[person == TRACE_ROW] = True, SEPSIS
    lengths = _lengths(rng, is_direct=is_direct, admitted=admitted, course=course)
    if traced:
        lengths["until_suspected"][person == TRACE_ROW] = lengths["ed"][person == TRACE_ROW] + 30 * HOUR
    starts = _starts(rng, world, lengths["all"], share=(slot, slots))
    starts = np.where(is_direct, starts // DAY * DAY + 7 * HOUR + between(rng, 0, 3, size=len(person)), starts)
    ward_at = np.where(admitted, starts + lengths["ed"], NO_TIME)
    suspected = course != STABLE
    journeys: Frame = {
        "person": person,
        "start_at": starts,
        "ed_at": np.where(is_direct, NO_TIME, starts),
        "ward_at": ward_at,
        "end_at": starts + lengths["ed"] + lengths["ward"],
        "course": course,
        "suspected_at": np.where(suspected, starts + lengths["until_suspected"], NO_TIME),
        "assessed_at": starts + whole_minutes(lengths["ed"] * rng.uniform(0.02, 0.12, len(person))),
        "seen_at": starts + whole_minutes(lengths["ed"] * rng.uniform(0.15, 0.60, len(person))),
        **_administration(rng, admitted=admitted, is_direct=is_direct, course=course),
    }
    if traced:
        journeys["died"][person == TRACE_ROW] = False
    return journeys


def deaths(world: World, chunk: int, *, people: Frame, journeys: Frame) -> Column:
    """Return when each person died, NO_TIME for the living; a spell that ends in death decides."""
    rng = world.stream(chunk, "deaths")
    count = height(people)
    alive = np.iinfo(np.int64).max
    risk = np.where(ages(people, world) > 70, 0.06, 0.006)
    at_home = world.starts_at + between(rng, 0, (730 - TAIL_DAYS) * 24, size=count)
    died_at = np.where(rng.random(count) < risk, at_home, alive)
    if chunk == 0 and count > TRACE_ROW:
        died_at[TRACE_ROW] = alive
    in_hospital = np.full(count, alive)
    np.minimum.at(in_hospital, journeys["person"][journeys["died"]], journeys["end_at"][journeys["died"]])
    # A death at home would contradict a later spell, so it only stands where no spell ends in death.
    died_at = np.where(in_hospital < alive, in_hospital, died_at)
    return np.where(died_at == alive, NO_TIME, died_at)


def lived_through(frame: Frame, died_at: Column, *, until: str) -> Column:
    """Return which rows end before their person dies, or with the death itself."""
    own = died_at[frame["person"]]
    lived: Column = (own == NO_TIME) | (frame[until] <= own)
    return lived


def make_clinic_visits(world: World, chunk: int, people: Frame) -> Frame:
    """Return one row per ordinary outpatient attendance; eye screenings are in `eyes`."""
    rng = world.stream(chunk, "clinics")
    count = height(people)
    person, _ = positions(np.where(rng.random(count) < _CLINIC_SHARE, rng.integers(1, 3, count), 0))
    day = rng.integers(0, 730 - TAIL_DAYS, len(person))
    start = world.starts_at + day * DAY + 9 * HOUR + rng.integers(0, 32, len(person)) * 15 * MINUTE
    specialties = pick(rng, _CLINIC_SPECIALTIES, (1.0,) * 6, size=len(person))
    return {"person": person, "start_at": start, "end_at": start + 20 * MINUTE, "specialty": specialties}


def outside_journeys(visits: Frame, journeys: Frame) -> Column:
    """Return which outpatient visits do not fall inside an inpatient or emergency stay of the same person."""
    # One number line per person: journeys of one person are disjoint, so the last one begun decides.
    scale = np.int64(2**34)
    begun = journeys["person"] * scale + journeys["start_at"]
    order = np.argsort(begun, kind="stable")
    last = np.searchsorted(begun[order], visits["person"] * scale + visits["end_at"], side="right") - 1
    row = order[np.maximum(last, 0)]
    same = (last >= 0) & (journeys["person"][row] == visits["person"])
    outside: Column = ~same | (journeys["end_at"][row] < visits["start_at"])
    return outside


def make_visits(world: World, chunk: int, *, people: Frame, journeys: Frame, outpatient: Frame) -> Frame:
    """Return one row per visit, ids in order of person and time; `journey` and `outpatient` lead back to its cause."""
    rng = world.stream(chunk, "visits")
    emergency = np.flatnonzero(journeys["ed_at"] != NO_TIME)
    inpatient = np.flatnonzero(journeys["ward_at"] != NO_TIME)
    admitted_after = journeys["ward_at"][emergency] != NO_TIME
    ed_end = np.where(admitted_after, journeys["ward_at"][emergency], journeys["end_at"][emergency])
    ward = (journeys["ward_at"][inpatient], journeys["end_at"][inpatient])
    parts = [
        _visit_rows(journeys, emergency, kind="ED", times=(journeys["ed_at"][emergency], ed_end)),
        _visit_rows(journeys, inpatient, kind="APC", times=ward),
        _clinic_rows(outpatient),
    ]
    parts[0]["discharge_destination"] = np.where(admitted_after, "51", "19").astype(object)
    visits = stack(parts)
    visits = take(visits, np.lexsort((visits["start_at"], visits["person"])))
    count = height(visits)
    visits["visit_id"] = chunk * VISIT_STRIDE + np.arange(1, count + 1)
    visits["person_id"] = people["person_id"][visits["person"]]
    trust = people["trust"][visits["person"]].astype(np.int64)
    visits["site_no"] = trust * 2 + (rng.random(count) < 0.35)
    visits["consultant_no"] = rng.integers(0, 80 // len(TRUSTS), count) * len(TRUSTS) + trust
    return visits


def _lengths(rng: np.random.Generator, *, is_direct: Column, admitted: Column, course: Column) -> Frame:
    count = len(course)
    in_ed = np.clip(rng.lognormal(np.log(230), 0.5, count), 40, 1400) * np.where(admitted, 1.4, 1.0)
    ed = np.where(is_direct, 0, whole_minutes(in_ed * MINUTE))
    stay = whole_minutes(np.clip(rng.lognormal(np.log(44), 0.8, count), 5, 500) * HOUR)
    early = ~is_direct & (rng.random(count) < 0.25)
    suspected = np.where(early, between(rng, 1.5, 7, size=count), ed + between(rng, 9, 90, size=count))
    rest = np.where(course == STABLE, 0, np.maximum(suspected - ed, 0) + between(rng, 84, 200, size=count))
    ward = np.where(admitted, np.maximum(stay, rest), 0)
    return {"ed": ed, "ward": ward, "all": ed + ward, "until_suspected": suspected}


def _starts(rng: np.random.Generator, world: World, lengths: Column, *, share: tuple[Column, Column]) -> Column:
    slot, slots = share
    # Each journey of a person lies in its own part of the window, so that no two overlap.
    part = (730 - TAIL_DAYS) * DAY // slots
    room = part - lengths - 2 * DAY
    day = (world.starts_at + slot * part + (rng.random(len(slot)) * room).astype(np.int64)) // DAY
    hours = rng.choice(24, size=len(slot), p=np.array(_ARRIVALS) / sum(_ARRIVALS))
    starts: Column = (day + 1) * DAY + hours * HOUR + rng.integers(0, 60, len(slot)) * MINUTE
    return starts


def _administration(rng: np.random.Generator, *, admitted: Column, is_direct: Column, course: Column) -> Frame:
    count = len(course)
    emergency = pick(rng, _EMERGENCY_METHODS, _EMERGENCY_SHARE, size=count)
    direct = pick(rng, _DIRECT_METHODS, _DIRECT_METHOD_SHARE, size=count)
    died = admitted & (rng.random(count) < np.where(course == SEPSIS, 0.12, 0.01))
    return {
        "admission_method": kept(np.where(is_direct, direct, emergency), admitted),
        "discharge_destination": np.where(died, _DIED, pick(rng, _DESTINATIONS, _DESTINATION_SHARE, size=count)),
        "specialty": pick(rng, ("300", "100", "320", "340", "430"), (4, 2, 1, 1, 2), size=count),
        "died": died,
    }


def _visit_rows(journeys: Frame, rows: Column, *, kind: str, times: tuple[Column, Column]) -> Frame:
    count = len(rows)
    is_ward = kind == "APC"
    none = np.full(count, None, dtype=object)
    return {
        "person": journeys["person"][rows],
        "kind": np.full(count, kind, dtype=object),
        "start_at": times[0],
        "end_at": times[1],
        "admission_method": journeys["admission_method"][rows] if is_ward else none,
        "discharge_destination": journeys["discharge_destination"][rows],
        "specialty": journeys["specialty"][rows] if is_ward else np.full(count, "180", dtype=object),
        "assessed_at": np.full(count, NO_TIME) if is_ward else journeys["assessed_at"][rows],
        "seen_at": np.full(count, NO_TIME) if is_ward else journeys["seen_at"][rows],
        "journey": rows,
        "outpatient": np.full(count, -1),
    }


def _clinic_rows(outpatient: Frame) -> Frame:
    count = height(outpatient)
    none = np.full(count, None, dtype=object)
    return {
        "person": outpatient["person"],
        "kind": np.full(count, "OP", dtype=object),
        "start_at": outpatient["start_at"],
        "end_at": outpatient["end_at"],
        "admission_method": none,
        "discharge_destination": none,
        "specialty": outpatient["specialty"],
        "assessed_at": np.full(count, NO_TIME),
        "seen_at": np.full(count, NO_TIME),
        "journey": np.full(count, -1),
        "outpatient": np.arange(count),
    }
