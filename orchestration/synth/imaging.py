"""Which imaging examinations take place, under which accession number, and which of them have image files."""

import numpy as np

from orchestration.synth.codes import CODE_NO
from orchestration.synth.frame import NO_TIME, Column, Frame, between, height, stack, take
from orchestration.synth.journeys import SEPSIS
from orchestration.synth.people import TRACE_ROW
from orchestration.synth.reference import TRUSTS
from orchestration.synth.world import World

EYE_SHARE_WITH_IMAGES = 0.15
MAX_EYE_STUDIES = 150
MAX_CHEST_STUDIES = 70
ACCESSION_STRIDE = 10_000_000


def make_exams(world: World, chunk: int, *, journeys: Frame, screenings: Frame) -> Frame:
    """Return one row per examination: the retinal photographs of a screening, or a chest radiograph."""
    rng = world.stream(chunk, "exams")
    chest = _chest_exams(rng, journeys)
    eyes = height(screenings)
    retinal = {
        "journey": np.full(eyes, -1),
        "screening": np.arange(eyes),
        "person": screenings["person"],
        "started_at": screenings["start_at"],
        "code_no": np.full(eyes, CODE_NO["eye_screening"], dtype=np.int16),
        "modality": np.full(eyes, "OP", dtype=object),
    }
    exams = stack([retinal, chest])
    exams = take(exams, np.lexsort((exams["started_at"], exams["person"])))
    exams["exam_no"] = chunk * ACCESSION_STRIDE + np.arange(1, height(exams) + 1)
    exams["reported_at"] = exams["started_at"] + between(rng, 1, 22, size=height(exams))
    exams["has_images"] = _with_images(rng, exams) if chunk == 0 else np.zeros(height(exams), dtype=bool)
    return exams


def accession_numbers(exams: Frame, people: Frame) -> Column:
    """Return each examination's accession number: trust, year, running number (at most 16 characters)."""
    trusts = np.array([trust.code for trust in TRUSTS], dtype=object)[people["trust"][exams["person"]]]
    years = exams["started_at"].astype("datetime64[s]").astype("datetime64[Y]").astype(np.int64) + 1970
    parts = zip(trusts, years % 100, exams["exam_no"], strict=True)
    return np.array([f"{trust}{year:02d}{number:09d}" for trust, year, number in parts], dtype=object)


def _chest_exams(rng: np.random.Generator, journeys: Frame) -> Frame:
    count = height(journeys)
    everyone = np.arange(count)
    arrived = journeys["ed_at"] != NO_TIME
    admitted = journeys["ward_at"] != NO_TIME
    in_ed = everyone[arrived & (rng.random(count) < np.where(admitted, 0.4, 0.18))]
    on_ward = everyone[(journeys["course"] == SEPSIS) & (rng.random(count) < 0.6)]
    rows = np.concatenate([in_ed, on_ward])
    times = np.concatenate(
        [
            journeys["start_at"][in_ed] + between(rng, 0.2, 0.6, size=len(in_ed)),
            journeys["suspected_at"][on_ward] + between(rng, 1, 5, size=len(on_ward)),
        ]
    )
    portable = rng.random(len(rows)) < 0.35
    exams: Frame = {
        "journey": rows,
        "screening": np.full(len(rows), -1),
        "person": journeys["person"][rows],
        "started_at": times,
        "code_no": np.full(len(rows), CODE_NO["chest_xray"], dtype=np.int16),
        "modality": np.where(portable, "CR", "DX").astype(object),
    }
    return take(exams, times < journeys["end_at"][rows])


def _with_images(rng: np.random.Generator, exams: Frame) -> Column:
    chosen = np.zeros(height(exams), dtype=bool)
    is_eye = exams["modality"] == "OP"
    wanted = min(round(is_eye.sum() * EYE_SHARE_WITH_IMAGES), MAX_EYE_STUDIES)
    chosen[rng.permutation(np.flatnonzero(is_eye))[:wanted]] = True
    chest = np.flatnonzero(~is_eye)
    chosen[rng.permutation(chest)[: min(len(chest) // 8, MAX_CHEST_STUDIES)]] = True
    chosen[exams["person"] == TRACE_ROW] = True
    return chosen
