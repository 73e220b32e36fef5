"""The door to the synthetic trust: one call writes every shape that was asked for.

People are made and written 25,000 at a time, so a million of them need no more memory than the first chunk.
Same seed, number of patients and day give the same bytes.
"""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb

from orchestration.errors import OrchestrationError
from orchestration.synth import answer_key, dicom, fhir, trust_csv
from orchestration.synth.chunk import Chunk, make_chunk
from orchestration.synth.database import load_chunk, prepare, rows, unload_chunk
from orchestration.synth.notes import write_note_files
from orchestration.synth.omop import write_omop
from orchestration.synth.omop_reference import write_omop_reference
from orchestration.synth.optout import write_opt_out
from orchestration.synth.world import World, make_world

ALL_SHAPES = frozenset({"omop", "fhir", "csv", "notes", "dicom", "optout"})

MEMORY_LIMIT = "2GB"

Report = Callable[[str, int, float], None]


@dataclass(frozen=True)
class SynthSummary:
    """What was written: people, and rows per shape and table."""

    out: Path
    patients: int
    rows: dict[str, dict[str, int]]


@dataclass
class _Tally:
    """Counts that grow from chunk to chunk."""

    rows: dict[str, Counter[str]] = field(default_factory=dict)
    by_status: dict[str, answer_key.Counts] = field(default_factory=dict)
    clinical: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Job:
    """One call of `synthesise`: what to write, where, and how far it has come."""

    world: World
    out: Path
    shapes: frozenset[str]
    con: duckdb.DuckDBPyConnection
    report: Report
    tally: _Tally = field(default_factory=_Tally)

    def stage(self, name: str, write: Callable[[], dict[str, int]]) -> None:
        """Run one writer, then count and report its rows and seconds."""
        started = perf_counter()
        written = write()
        self.tally.rows.setdefault(name, Counter()).update(written)
        self.report(name, sum(written.values()), perf_counter() - started)


def synthesise(
    out: Path,
    *,
    patients: int,
    seed: int,
    as_of: date,
    shapes: frozenset[str] = ALL_SHAPES,
    connect: Callable[..., duckdb.DuckDBPyConnection],
    report: Report,
) -> SynthSummary:
    """Write a synthetic trust below `out`.

    Args:
        as_of: The day of the extract; every event is before it.
        connect: Opens an in-memory DuckDB that can read and write the folders it is given.
        report: Called with stage, rows and seconds each time a stage has done one chunk.

    Raises:
        ValueError: A shape is unknown.
        OrchestrationError: The folder holds something already, which would mix with what is written.
    """
    if unknown := shapes - ALL_SHAPES:
        raise ValueError(f"{len(unknown)} unknown shapes; known are {', '.join(sorted(ALL_SHAPES))}")
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    if any(out.iterdir()):
        raise OrchestrationError(f"{out}: not empty; a synthetic trust needs a folder of its own")
    world = make_world(patients=patients, seed=seed, as_of=as_of)
    con = connect(allowed_directories=[out], threads=2, memory_limit=MEMORY_LIMIT)
    try:
        job = _Job(world, out, shapes, con, report)
        prepare(con, world)
        planted = _make_and_write(job, 0)
        for number in range(1, world.chunks):
            _make_and_write(job, number)
        job.stage("reference", lambda: _write_reference(job))
    finally:
        con.close()
    asked, allowed = job.tally.asked, job.tally.allowed
    if "optout" in shapes:
        job.stage("optout", lambda: write_opt_out(out / "opt_out", as_of, asked=asked, allowed=allowed))
    _write_key(job, planted)
    return SynthSummary(out, patients, {shape: dict(counts) for shape, counts in job.tally.rows.items()})


def _make_and_write(job: _Job, number: int) -> dict[str, Any]:
    """Make and write one chunk; return what was planted in it by name, which is nothing after the first."""
    started = perf_counter()
    chunk = make_chunk(job.world, number)
    load_chunk(job.con, chunk)
    _count(job)
    job.report("people", len(chunk.tables["people"]["person_id"]), perf_counter() - started)
    writers: dict[str, Callable[[], dict[str, int]]] = {
        "omop": lambda: write_omop(job.con, job.out / "omop", number),
        "fhir": lambda: fhir.write_fhir(job.con, job.out / "fhir", number),
        "csv": lambda: trust_csv.write_trust_csv(job.con, job.out / "csv", number),
        "notes": lambda: write_note_files(job.con, job.out / "notes", number),
    }
    for shape, write in writers.items():
        if shape in job.shapes:
            job.stage(shape, write)
    planted = _finish_first(job, chunk) if number == 0 else {}
    unload_chunk(job.con, chunk)
    return planted


def _count(job: _Job) -> None:
    for shape, counts in answer_key.count_by_status(job.con, job.shapes).items():
        for table, statuses in counts.items():
            job.tally.by_status.setdefault(shape, {}).setdefault(table, Counter()).update(statuses)
    job.tally.clinical.update(answer_key.count_clinical(job.con))
    asked, allowed = (
        [str(number) for (number,) in rows(job.con, query)] for query in (answer_key.ASKED, answer_key.ALLOWED)
    )
    job.tally.asked.extend(asked)
    job.tally.allowed.extend(allowed)


def _finish_first(job: _Job, chunk: Chunk) -> dict[str, Any]:
    bad_bytes: dict[str, dict[str, int]] = {}
    if "dicom" in job.shapes:
        job.stage("dicom", lambda: dicom.write_dicom(job.con, job.out / "dicom"))
        job.stage("dicomweb", lambda: dicom.write_dicomweb(job.con, job.out / "dicomweb"))
        bad_bytes["dicom"] = dicom.WRONG_FILES
    if "fhir" in job.shapes:
        bad_bytes["fhir"] = {name: len(lines) for name, lines in fhir.BAD_LINES.items()}
    if "csv" in job.shapes:
        bad_bytes["csv"] = trust_csv.BAD_LINES
    return {
        "trace": answer_key.describe_trace(job.con),
        "people": answer_key.describe_people(job.con, chunk.roles),
        "row_defects": answer_key.describe_rows(job.con, chunk),
        "bad_bytes": bad_bytes,
    }


def _write_reference(job: _Job) -> dict[str, int]:
    folder = job.out / "reference"
    folder.mkdir(exist_ok=True)
    places = job.world.postcodes
    lines = [
        f"{postcode},{lsoa},{decile}\n"
        for postcode, lsoa, decile in zip(places["postcode"], places["lsoa_code"], places["imd_decile"], strict=True)
    ]
    content = "postcode,lsoa_code,imd_decile\n" + "".join(lines)
    (folder / "postcode_imd.csv").write_text(content, encoding="ascii", newline="")
    written = {"postcode_imd": len(lines)}
    if "omop" in job.shapes:
        written |= write_omop_reference(job.con, job.out / "omop", job.world)
    return written


def _write_key(job: _Job, planted: dict[str, Any]) -> None:
    tally, world = job.tally, job.world
    asked, allowed = set(tally.asked), set(tally.allowed)
    content = {
        "seed": world.seed,
        "patients": world.patients,
        "as_of": world.as_of.isoformat(),
        "shapes": sorted(job.shapes),
        **planted,
        "opt_out": {"asked": len(asked), "allowed": len(allowed), "opted_out": sorted(asked - allowed)},
        "rows": {shape: dict(sorted(counts.items())) for shape, counts in tally.rows.items()},
        "rows_by_status": {
            shape: {table: dict(sorted(counts.items())) for table, counts in tables.items()}
            for shape, tables in tally.by_status.items()
        },
        "clinical": dict(tally.clinical),
    }
    (job.out / "answer_key.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
