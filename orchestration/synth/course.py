"""How a journey's vitals and blood tests run: a baseline, noise, and the drift of an infected person.

One row of a set is one round of observations at the bedside, or one blood sample. The drift begins about ten
hours before infection is suspected and is full four hours after it; which organs fail differs by journey.
"""

import numpy as np

from orchestration.synth.codes import CODE_NO, LABS, VITALS
from orchestration.synth.frame import (
    DAY,
    HOUR,
    MINUTE,
    NO_TIME,
    Column,
    Frame,
    between,
    height,
    positions,
    take,
    whole_minutes,
)
from orchestration.synth.journeys import ANTIBIOTIC_LATE, CULTURE_LATE, INFECTION, SEPSIS, STABLE
from orchestration.synth.world import World

_LEAD_HOURS = 10.0
_RAMP_HOURS = 4.0
_PLATEAU_HOURS = 60.0
_DECLINE_HOURS = 96.0
# Share of septic journeys in which an organ fails; the first four score two points or more at full severity.
_ORGANS = {"renal": 0.5, "coagulation": 0.4, "liver": 0.25, "lungs": 0.45, "circulation": 0.6, "brain": 0.3}
_MISSING_SHARE = 0.05


def make_bodies(world: World, chunk: int, journeys: Frame) -> Frame:
    """Return, per journey, how severe it can get and which organs take part (0 or 1)."""
    rng = world.stream(chunk, "bodies")
    count = height(journeys)
    course = journeys["course"]
    late = np.isin(course, (CULTURE_LATE, ANTIBIOTIC_LATE)) & (rng.random(count) < 0.5)
    peak = np.select([course == SEPSIS, course == INFECTION, late], [rng.uniform(0.9, 1.15, count), 0.25, 1.0], 0.0)
    organs = {organ: (rng.random(count) < share).astype(float) for organ, share in _ORGANS.items()}
    spared = sum(organs[organ] for organ in ("renal", "coagulation", "liver", "lungs")) == 0
    for organ in ("renal", "circulation"):
        organs[organ][spared] = 1.0
    return {
        "peak": peak,
        **organs,
        "kidney_disease": (rng.random(count) < 0.06).astype(float),
        "offset": rng.normal(0, 1, count),
        "pressure_offset": rng.normal(0, 1, count),
    }


def severity(journeys: Frame, bodies: Frame, rows: Column, *, times: Column) -> Column:
    """Return how far each journey has drifted at a time: 0 at rest, about 1 at the height of sepsis."""
    suspected = journeys["suspected_at"][rows]
    hours = np.where(suspected == NO_TIME, -1000.0, (times - np.where(suspected == NO_TIME, 0, suspected)) / HOUR)
    rise = np.clip((hours + _LEAD_HOURS) / (_LEAD_HOURS + _RAMP_HOURS), 0.0, 1.0)
    fall = np.clip(1.0 - (hours - _PLATEAU_HOURS) / _DECLINE_HOURS, 0.2, 1.0)
    return bodies["peak"][rows] * rise * fall


def make_vital_sets(world: World, chunk: int, *, journeys: Frame, bodies: Frame) -> Frame:
    """Return one row per round of observations: two-hourly in the emergency department, then four- or six-hourly."""
    rng = world.stream(chunk, "vitals")
    rows, times = _round_times(rng, journeys)
    count = len(rows)
    drift = severity(journeys, bodies, rows, times=times)
    body = take(bodies, rows)
    systolic = 126 + 11 * body["pressure_offset"] - 34 * drift * body["circulation"] + rng.normal(0, 7, count)
    diastolic = 75 + 6 * body["pressure_offset"] - 22 * drift * body["circulation"] + rng.normal(0, 4, count)
    values = {
        "heart_rate": 78 + 8 * body["offset"] + 34 * drift + rng.normal(0, 5, count),
        "respiratory_rate": 16 + 9 * drift + rng.normal(0, 1.3, count),
        "temperature": 36.7 + 1.8 * drift + rng.normal(0, 0.25, count),
        "systolic": np.maximum(systolic, 60),
        "diastolic": np.clip(diastolic, 30, np.maximum(systolic, 60) - 12),
        "oxygen_saturation": np.minimum(97 - 5 * drift * body["lungs"] + rng.normal(0, 1, count), 100),
        "inspired_oxygen": 21 + np.round(drift * body["lungs"] * 19),
        "coma_scale": 15 - np.round(np.minimum(2.4 * drift * body["brain"], 6)),
    }
    values["mean_pressure"] = (values["systolic"] + 2 * values["diastolic"]) / 3
    rounded = {code.key: np.round(values[code.key], 1 if code.key == "temperature" else 0) for code in VITALS}
    return {
        "journey": rows,
        "taken_at": times,
        "recorded_at": times + rng.integers(1, 21, count) * MINUTE,
        **_with_gaps(rng, rounded, together=("systolic", "diastolic")),
    }


def make_lab_sets(world: World, chunk: int, *, journeys: Frame, bodies: Frame) -> Frame:
    """Return one row per blood sample: on arrival, each morning, and when infection is suspected."""
    rng = world.stream(chunk, "labs")
    rows, times = _sample_times(rng, journeys)
    count = len(rows)
    drift = severity(journeys, bodies, rows, times=times)
    body = take(bodies, rows)
    platelets = 255 + 25 * body["offset"] - 178 * drift * body["coagulation"]
    creatinine = 78 + 9 * body["offset"] + 95 * body["kidney_disease"]
    values = {
        "pao2": 12.3 - 3.4 * drift * body["lungs"] + rng.normal(0, 0.35, count),
        "creatinine": creatinine + 140 * drift * body["renal"] + rng.normal(0, 4, count),
        "bilirubin": np.maximum(10 + 50 * drift * body["liver"] + rng.normal(0, 2, count), 2),
        "platelets": np.maximum(platelets + rng.normal(0, 9, count), 12),
        "white_cells": np.maximum(7.4 + 9 * drift + rng.normal(0, 1.3, count), 0.8),
        "lactate": np.maximum(1.1 + 2.7 * drift + rng.normal(0, 0.25, count), 0.4),
        "crp": np.maximum(6 + 190 * drift + rng.normal(0, 4, count), 1),
    }
    decimals = {"pao2": 1, "white_cells": 1, "lactate": 1}
    rounded = {code.key: np.round(values[code.key], decimals.get(code.key, 0)) for code in LABS}
    # An arterial sample is drawn from the ill, and now and then from others.
    without_gas = (drift < 0.3) & (rng.random(count) > 0.12)
    for key in ("pao2", "lactate"):
        rounded[key][without_gas] = np.nan
    return {
        "journey": rows,
        "taken_at": times,
        "recorded_at": times + between(rng, 0.7, 3.5, size=count),
        **_with_gaps(rng, rounded, together=()),
    }


def long_rows(sets: Frame, keys: tuple[str, ...]) -> Frame:
    """Return one row per value of the sets, in the order of the sets; a missing value has no row."""
    values = np.column_stack([sets[key] for key in keys])
    present = ~np.isnan(values)
    repeated = {name: np.repeat(sets[name], len(keys)).reshape(values.shape)[present] for name in _carried(sets)}
    codes = np.tile(np.array([CODE_NO[key] for key in keys], dtype=np.int16), (len(values), 1))
    partner = np.full(values.shape, np.nan)
    if "systolic" in keys:
        # FHIR states both pressures in one resource, so the first carries the second.
        partner[:, keys.index("systolic")] = sets["diastolic"]
    return {**repeated, "code_no": codes[present], "value": values[present], "diastolic": partner[present]}


def _carried(sets: Frame) -> list[str]:
    return [name for name in ("person_id", "visit_id", "taken_at", "recorded_at") if name in sets]


def _round_times(rng: np.random.Generator, journeys: Frame) -> tuple[Column, Column]:
    has_ed, has_ward = journeys["ed_at"] != NO_TIME, journeys["ward_at"] != NO_TIME
    ed_end = np.where(has_ward, journeys["ward_at"], journeys["end_at"])
    ed_rounds = np.where(has_ed, 1 + np.minimum((ed_end - journeys["start_at"]) // (2 * HOUR), 8), 0)
    interval = np.where(journeys["course"] == STABLE, 6 * HOUR, 4 * HOUR)
    ward_rounds = np.where(has_ward, 1 + (journeys["end_at"] - np.maximum(journeys["ward_at"], 0)) // interval, 0)
    ed_rows, ed_no = positions(ed_rounds)
    ward_rows, ward_no = positions(ward_rounds)
    rows = np.concatenate([ed_rows, ward_rows])
    times = np.concatenate(
        [
            journeys["start_at"][ed_rows] + 10 * MINUTE + ed_no * 2 * HOUR,
            journeys["ward_at"][ward_rows] + 30 * MINUTE + ward_no * interval[ward_rows],
        ]
    )
    times = times + rng.integers(-9, 10, len(times)) * MINUTE
    until = np.concatenate([ed_end[ed_rows], journeys["end_at"][ward_rows]])
    return rows[times < until], times[times < until]


def _sample_times(rng: np.random.Generator, journeys: Frame) -> tuple[Column, Column]:
    count = height(journeys)
    everyone = np.arange(count)
    has_ward = journeys["ward_at"] != NO_TIME
    on_arrival = everyone[has_ward | (rng.random(count) < 0.6)]
    arrival_at = journeys["start_at"][on_arrival] + between(rng, 0.3, 0.9, size=len(on_arrival))
    ward_at = np.maximum(journeys["ward_at"], 0)
    mornings = np.where(has_ward, journeys["end_at"] // DAY - ward_at // DAY, 0)
    daily, day = positions(mornings)
    morning_at = (ward_at[daily] // DAY + 1 + day) * DAY + 6 * HOUR + rng.integers(0, 50, len(daily)) * MINUTE
    infected = everyone[np.isin(journeys["course"], (SEPSIS, INFECTION, CULTURE_LATE, ANTIBIOTIC_LATE))]
    suspected = journeys["suspected_at"][infected]
    rows = np.concatenate([on_arrival, daily, infected, infected])
    times = np.concatenate([arrival_at, morning_at, suspected + 20 * MINUTE, suspected + 9 * HOUR])
    times = whole_minutes(times)
    inside = (times >= journeys["start_at"][rows]) & (times < journeys["end_at"][rows])
    return rows[inside], times[inside]


def _with_gaps(rng: np.random.Generator, values: Frame, *, together: tuple[str, ...]) -> Frame:
    count = height(values)
    gaps = {key: rng.random(count) < _MISSING_SHARE for key in values}
    for key in together[1:]:
        gaps[key] = gaps[together[0]]
    return {key: np.where(gaps[key], np.nan, column) for key, column in values.items()}
