"""Diabetes: who has it, eye screenings with grades of both eyes, HbA1c, metformin.

Grades are those of the NHS Diabetic Eye Screening Programme: retinopathy R0 to R3, maculopathy M0 or M1,
photocoagulation P0 or P1, U where an image cannot be graded. Diabetes is more frequent here than in London.
"""

import numpy as np

from orchestration.synth.codes import CODE_NO
from orchestration.synth.frame import DAY, HOUR, MINUTE, Column, Frame, between, height, positions, stack, take
from orchestration.synth.people import TRACE_ROW, ages, pick
from orchestration.synth.world import TAIL_DAYS, World

_RETINOPATHY = ("R0", "R1", "R2", "R3A", "R3S", "U")
# Cumulative bounds of a latent severity: R0 64%, R1 25%, R2 4.5%, R3A 1.8%, R3S 1.7%; 3% are ungradable.
_BOUNDS = (0.66, 0.918, 0.964, 0.9825)
_UNGRADABLE = 0.03


def make_diabetics(world: World, chunk: int, people: Frame) -> Frame:
    """Return one row per person with diabetes: type, and a latent severity between 0 and 1."""
    rng = world.stream(chunk, "diabetes")
    years = ages(people, world)
    risk = np.select([years < 12, years < 30, years < 50], [0.0, 0.04, 0.20], 0.36)
    has = rng.random(height(people)) < risk
    if chunk == 0 and height(people) > TRACE_ROW:
        has[TRACE_ROW] = True
    person = np.flatnonzero(has)
    count = len(person)
    first_type = rng.random(count) < np.where(years[person] < 30, 0.9, 0.05)
    return {
        "person": person,
        "code_no": np.where(first_type, CODE_NO["type_1_diabetes"], CODE_NO["type_2_diabetes"]).astype(np.int16),
        "severity": rng.random(count),
        "start_at": world.starts_at + between(rng, 0, 30 * 24, size=count),
        "first_screened_at": world.starts_at + 40 * DAY + between(rng, 0, 300 * 24, size=count),
    }


def make_screenings(world: World, chunk: int, diabetics: Frame) -> Frame:
    """Return one row per screening, yearly or, where the last grade was worse, half-yearly."""
    rng = world.stream(chunk, "screenings")
    interval = np.where(diabetics["severity"] > 0.85, 182, 365)
    room = (world.ends_at - TAIL_DAYS * DAY - diabetics["first_screened_at"]) // DAY
    attended = np.clip(room // interval, 0, 2) + 1
    row, number = positions(attended)
    day = diabetics["first_screened_at"][row] // DAY + number * interval[row] + rng.integers(-6, 7, len(row))
    start = day * DAY + 9 * HOUR + rng.integers(0, 48, len(row)) * 10 * MINUTE
    inside = (start > world.starts_at) & (start < world.ends_at - TAIL_DAYS * DAY)
    frame = {
        "diabetic": row,
        "person": diabetics["person"][row],
        "start_at": start,
        "end_at": start + 20 * MINUTE,
        "specialty": np.full(len(row), "130", dtype=object),
        "graded_at": start + between(rng, 30, 240, size=len(row)),
    }
    return take(frame, inside)


def make_grades(world: World, chunk: int, *, diabetics: Frame, screenings: Frame) -> Frame:
    """Return one row per graded item (six per screening; one eye is sometimes not photographed)."""
    rng = world.stream(chunk, "grades")
    count = height(screenings)
    parts: list[Frame] = []
    for eye in ("right", "left"):
        latent = np.clip(diabetics["severity"][screenings["diabetic"]] + rng.normal(0, 0.04, count), 0, 0.9999)
        values = _grades(rng, latent)
        seen = rng.random(count) > 0.015
        for item, value in values.items():
            parts.append(
                {
                    "screening": np.arange(count)[seen],
                    "code_no": np.full(int(seen.sum()), CODE_NO[f"{eye}_{item}"], dtype=np.int16),
                    "value_code": value[seen],
                }
            )
    grades = stack(parts)
    return take(grades, np.lexsort((grades["code_no"], grades["screening"])))


def make_hba1c(world: World, chunk: int, diabetics: Frame) -> Frame:
    """Return one row per HbA1c: one or two a year, higher where the eyes are worse; taken outside any visit."""
    rng = world.stream(chunk, "hba1c")
    count = height(diabetics)
    row, _ = positions(rng.integers(2, 5, count))
    times = world.starts_at + between(rng, 10 * 24, (730 - TAIL_DAYS) * 24, size=len(row))
    usual = 46 + 34 * diabetics["severity"] ** 2 + rng.normal(0, 6, count)
    return {
        "person": diabetics["person"][row],
        "taken_at": times,
        "recorded_at": times + between(rng, 4, 30, size=len(row)),
        "code_no": np.full(len(row), CODE_NO["hba1c"], dtype=np.int16),
        "value": np.clip(np.round(usual[row] + rng.normal(0, 4, len(row))), 28, 150),
        "diastolic": np.full(len(row), np.nan),
    }


def make_prescriptions(world: World, chunk: int, diabetics: Frame) -> Frame:
    """Return one row per metformin prescription of people with type 2 diabetes."""
    rng = world.stream(chunk, "prescriptions")
    count = height(diabetics)
    treated = (diabetics["code_no"] == CODE_NO["type_2_diabetes"]) & (rng.random(count) < 0.8)
    row, _ = positions(np.where(treated, rng.integers(2, 7, count), 0))
    times = world.starts_at + between(rng, 0, (730 - TAIL_DAYS) * 24, size=len(row))
    return {
        "person": diabetics["person"][row],
        "code_no": np.full(len(row), CODE_NO["metformin"], dtype=np.int16),
        "start_at": times,
        "end_at": np.minimum(times + 56 * DAY, world.ends_at - DAY),
        "recorded_at": times,
        "quantity": pick(rng, (56.0, 112.0, 168.0), (0.4, 0.4, 0.2), size=len(row)).astype(float),
    }


def make_clinic_prescriptions(visits: Frame, diabetics: Frame) -> Frame:
    """Return one row per metformin prescription written at a visit to the diabetes clinic."""
    second_type = diabetics["person"][diabetics["code_no"] == CODE_NO["type_2_diabetes"]]
    rows = np.flatnonzero((visits["specialty"] == "307") & np.isin(visits["person"], second_type))
    times = visits["start_at"][rows] + 10 * MINUTE
    return {
        "person_id": visits["person_id"][rows],
        "visit_id": visits["visit_id"][rows],
        "code_no": np.full(len(rows), CODE_NO["metformin"], dtype=np.int16),
        "start_at": times,
        "end_at": times + 7 * DAY,
        "recorded_at": times,
        "quantity": np.full(len(rows), 14.0),
    }


def _grades(rng: np.random.Generator, latent: Column) -> Frame:
    count = len(latent)
    level = np.searchsorted(np.array(_BOUNDS), latent)
    ungradable = rng.random(count) < _UNGRADABLE
    macula_risk = np.array([0.015, 0.18, 0.38, 0.42, 0.15])[level]
    macula = np.where(rng.random(count) < macula_risk, "M1", "M0")
    laser = np.where((level == 4) | (rng.random(count) < 0.015 * (level > 0)), "P1", "P0")
    retinopathy = np.array(_RETINOPATHY)[level]
    graded = {"retinopathy": retinopathy, "maculopathy": macula, "photocoagulation": laser}
    return {item: np.where(ungradable, "U", value).astype(object) for item, value in graded.items()}
