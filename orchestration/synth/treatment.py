"""What is given, cultured and diagnosed on a journey: antibiotics, blood cultures, noradrenaline, conditions.

Sepsis and infection have a culture and an antibiotic within hours of each other. The controls have one without
the other, or 73 hours apart, so that a rule of "within 72 hours" has something to leave out.
"""

import numpy as np

from orchestration.synth.codes import CODE_NO
from orchestration.synth.frame import HOUR, MINUTE, NO_TIME, Column, Frame, between, height, positions, stack, take
from orchestration.synth.journeys import (
    ANTIBIOTIC_LATE,
    ANTIBIOTIC_ONLY,
    CULTURE_LATE,
    CULTURE_ONLY,
    INFECTION,
    SEPSIS,
)
from orchestration.synth.people import ages, pick
from orchestration.synth.world import TAIL_DAYS, World

INTRAVENOUS, ORAL = 4171047, 4132161
_LATE = 73 * HOUR

# Antibiotic, share of first choices, hours between doses.
Regimens = tuple[tuple[str, float, int], ...]
_REGIMENS: Regimens = (
    ("piperacillin/tazobactam", 0.30, 8),
    ("amoxicillin/clavulanate", 0.26, 8),
    ("ceftriaxone", 0.15, 24),
    ("meropenem", 0.08, 8),
    ("amoxicillin", 0.07, 8),
    ("flucloxacillin", 0.06, 6),
    ("ciprofloxacin", 0.05, 12),
    ("doxycycline", 0.03, 24),
)
_SECOND_REGIMENS: Regimens = (
    ("gentamicin", 0.4, 24),
    ("metronidazole", 0.25, 8),
    ("vancomycin", 0.2, 12),
    ("clarithromycin", 0.15, 12),
)


def suspicion(world: World, chunk: int, journeys: Frame) -> Frame:
    """Return, per journey, when the first antibiotic is given and when blood is cultured; NO_TIME for never."""
    rng = world.stream(chunk, "suspicion")
    count = height(journeys)
    course, suspected = journeys["course"], journeys["suspected_at"]
    culture_first = rng.random(count) < 0.65
    gap = between(rng, 0.3, 4, size=count)
    treated = np.isin(course, (SEPSIS, INFECTION))
    antibiotic_starts = np.isin(course, (ANTIBIOTIC_ONLY, CULTURE_LATE))
    culture_starts = np.isin(course, (CULTURE_ONLY, ANTIBIOTIC_LATE))
    antibiotic = np.select(
        [treated & ~culture_first, treated, antibiotic_starts, course == ANTIBIOTIC_LATE],
        [suspected, suspected + gap, suspected, suspected + _LATE],
        NO_TIME,
    )
    culture = np.select(
        [treated & culture_first, treated, culture_starts, course == CULTURE_LATE],
        [suspected, suspected + gap, suspected, suspected + _LATE],
        NO_TIME,
    )
    return {"antibiotic_at": antibiotic, "culture_at": culture}


def make_drugs(world: World, chunk: int, *, journeys: Frame, bodies: Frame, suspected: Frame) -> Frame:
    """Return one row per dose given on a journey."""
    rng = world.stream(chunk, "drugs")
    course, first = journeys["course"], suspected["antibiotic_at"]
    given = np.flatnonzero(first != NO_TIME)
    second = given[(course[given] == SEPSIS) & (rng.random(len(given)) < 0.5)]
    parts = [
        _doses(rng, journeys, given, start=first[given], regimens=_REGIMENS),
        _doses(rng, journeys, second, start=first[second] + 15 * MINUTE, regimens=_SECOND_REGIMENS),
    ]
    failing = (course == SEPSIS) & (bodies["circulation"] == 1) & (rng.random(height(journeys)) < 0.3)
    rows = np.flatnonzero(failing)
    start = journeys["suspected_at"][rows] + between(rng, 2, 5, size=len(rows))
    pressor = {
        "journey": rows,
        "code_no": np.full(len(rows), CODE_NO["noradrenaline"], dtype=np.int16),
        "start_at": start,
        "end_at": np.minimum(start + between(rng, 12, 60, size=len(rows)), journeys["end_at"][rows]),
        "route": np.full(len(rows), INTRAVENOUS),
    }
    drugs = stack([*parts, pressor])
    drugs["recorded_at"] = drugs["start_at"] + rng.integers(1, 11, height(drugs)) * MINUTE
    drugs["quantity"] = np.ones(height(drugs))
    return take(drugs, drugs["start_at"] < journeys["end_at"][drugs["journey"]])


def make_cultures(world: World, chunk: int, *, journeys: Frame, suspected: Frame) -> Frame:
    """Return one row per blood culture; it has no value, its time is when blood was taken."""
    rng = world.stream(chunk, "cultures")
    rows = np.flatnonzero(suspected["culture_at"] != NO_TIME)
    times = suspected["culture_at"][rows]
    cultures = {
        "journey": rows,
        "taken_at": times,
        "recorded_at": times + rng.integers(5, 46, len(rows)) * MINUTE,
        "code_no": np.full(len(rows), CODE_NO["blood_culture"], dtype=np.int16),
        "value": np.full(len(rows), np.nan),
        "diastolic": np.full(len(rows), np.nan),
    }
    return take(cultures, times < journeys["end_at"][rows])


def make_conditions(world: World, chunk: int, *, people: Frame, journeys: Frame) -> Frame:
    """Return one row per coded diagnosis; those of a spell are coded days after it ends, as coders do."""
    rng = world.stream(chunk, "conditions")
    count = height(journeys)
    course = journeys["course"]
    ill = np.isin(course, (SEPSIS, INFECTION))
    focus = np.where(rng.random(count) < 0.6, CODE_NO["pneumonia"], CODE_NO["urinary_infection"])
    parts = []
    for chosen, code in (
        (np.flatnonzero(ill & (rng.random(count) < 0.75)), focus),
        (np.flatnonzero((course == SEPSIS) & (rng.random(count) < 0.85)), np.full(count, CODE_NO["sepsis"])),
    ):
        coded = journeys["end_at"][chosen] + between(rng, 20, 140, size=len(chosen))
        parts.append(
            {
                "journey": chosen,
                "person": journeys["person"][chosen],
                "code_no": code[chosen].astype(np.int16),
                "start_at": journeys["suspected_at"][chosen],
                "recorded_at": coded,
            }
        )
    tense = np.flatnonzero((ages(people, world) >= 40) & (rng.random(height(people)) < 0.28))
    found = world.starts_at + between(rng, 0, (730 - TAIL_DAYS) * 24, size=len(tense))
    parts.append(
        {
            "journey": np.full(len(tense), -1),
            "person": tense,
            "code_no": np.full(len(tense), CODE_NO["hypertension"], dtype=np.int16),
            "start_at": found,
            "recorded_at": found,
        }
    )
    return stack(parts)


def _doses(rng: np.random.Generator, journeys: Frame, rows: Column, *, start: Column, regimens: Regimens) -> Frame:
    names, shares, hours = zip(*regimens, strict=True)
    choice = pick(rng, tuple(range(len(names))), shares, size=len(rows)).astype(np.int64)
    interval = np.array(hours)[choice] * HOUR
    brief = journeys["course"][rows] == ANTIBIOTIC_ONLY
    days = np.where(brief, 1, rng.integers(4, 8, len(rows)))
    until = np.minimum(start + days * 24 * HOUR, journeys["end_at"][rows])
    doses = np.maximum((until - start) // interval, 0) + 1
    first, number = positions(doses)
    times = start[first] + number * interval[first]
    swallowed = brief[first] & (choice[first] % 2 == 1)
    return {
        "journey": rows[first],
        "code_no": np.array([CODE_NO[name] for name in names], dtype=np.int16)[choice[first]],
        "start_at": times,
        "end_at": times + 30 * MINUTE,
        "route": np.where(swallowed, ORAL, INTRAVENOUS),
    }
