"""Which notes are written: about whom, when, on which template. The words themselves are in `templates`."""

import numpy as np

from orchestration.synth.codes import CODE_NO
from orchestration.synth.frame import NO_TIME, Column, Frame, between, height, stack, take
from orchestration.synth.templates import TEMPLATES
from orchestration.synth.world import World

NOTE_STRIDE = 10_000_000
_NUMBER = {name: number for number, name in enumerate(TEMPLATES)}


def make_letters(world: World, chunk: int, *, visits: Frame, exams: Frame, screenings: Column) -> Frame:
    """Return one row per note, without its text.

    Args:
        screenings: Which visits are eye screenings, as a mask over `visits`.
    """
    rng = world.stream(chunk, "letters")
    parts = [
        _visit_letters(rng, visits, _choose(rng, (visits["kind"] == "OP") & ~screenings, 1.0), group="clinic"),
        _visit_letters(rng, visits, _choose(rng, (visits["kind"] == "OP") & screenings, 0.5), group="eye"),
        _visit_letters(rng, visits, _choose(rng, _left_alive(visits), 0.95), group="discharge"),
        _visit_letters(rng, visits, _choose(rng, _sent_home(visits), 0.15), group="emergency"),
        _reports(rng, exams),
    ]
    letters = stack(parts)
    letters = take(letters, np.lexsort((letters["written_at"], letters["person"])))
    count = height(letters)
    letters["note_id"] = chunk * NOTE_STRIDE + np.arange(1, count + 1)
    letters["variant"] = rng.integers(0, 2**31, count)
    letters["systolic"] = rng.integers(105, 165, count)
    letters["diastolic"] = rng.integers(60, 95, count)
    return letters


def _sent_home(visits: Frame) -> Column:
    mask: Column = (visits["kind"] == "ED") & (visits["discharge_destination"] == "19")
    return mask


def _left_alive(visits: Frame) -> Column:
    mask: Column = (visits["kind"] == "APC") & (visits["discharge_destination"] != "79")
    return mask


def _choose(rng: np.random.Generator, mask: Column, share: float) -> Column:
    return np.flatnonzero(mask & (rng.random(len(mask)) < share))


def _visit_letters(rng: np.random.Generator, visits: Frame, rows: Column, *, group: str) -> Frame:
    count = len(rows)
    templates, note_class, days = {
        "clinic": (("clinic_general", "clinic_follow_up", "clinic_diabetes"), "clinic_letter", 8),
        "eye": (("eye_screening",), "clinic_letter", 9),
        "discharge": (("discharge_medical", "discharge_short"), "discharge_summary", 1),
        "emergency": (("emergency",), "clinic_letter", 1),
    }[group]
    numbers = np.array([_NUMBER[name] for name in templates])
    return {
        "person": visits["person"][rows],
        "visit_id": visits["visit_id"][rows],
        "exam_no": np.zeros(count, dtype=np.int64),
        "site_no": visits["site_no"][rows],
        "consultant_no": visits["consultant_no"][rows],
        "seen_at": visits["start_at"][rows],
        "left_at": visits["end_at"][rows],
        "written_at": visits["end_at"][rows] + between(rng, 0.5, days * 24, size=count),
        "code_no": np.full(count, CODE_NO[note_class], dtype=np.int16),
        "template": numbers[rng.integers(0, len(numbers), count)],
    }


def _reports(rng: np.random.Generator, exams: Frame) -> Frame:
    rows = np.flatnonzero(exams["modality"] != "OP")
    count = len(rows)
    numbers = np.array([_NUMBER["chest_report"], _NUMBER["chest_report_brief"]])
    return {
        "person": exams["person"][rows],
        "visit_id": exams["visit_id"][rows],
        "exam_no": exams["exam_no"][rows],
        "site_no": exams["site_no"][rows],
        "consultant_no": exams["consultant_no"][rows],
        "seen_at": exams["started_at"][rows],
        "left_at": np.full(count, NO_TIME),
        "written_at": exams["reported_at"][rows],
        "code_no": np.full(count, CODE_NO["radiology_report"], dtype=np.int16),
        "template": numbers[rng.integers(0, 2, count)],
    }
