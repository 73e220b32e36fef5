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

from orchestration.synth import answer_key, dicom
from orchestration.synth.chunk import Chunk, make_chunk
from orchestration.synth.database import load_chunk, prepare, rows, unload_chunk
from orchestration.synth.fhir import BAD_LINES, write_fhir
from orchestration.synth.notes import write_note_files
from orchestration.synth.omop import write_omop
from orchestration.synth.omop_reference import write_omop_reference
from orchestration.synth.optout import write_opt_out
from orchestration.synth.trust_csv import BAD_LINES as BAD_CSV_LINES
from orchestration.synth.trust_csv import write_trust_csv
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

    report: Report
    rows: dict[str, Counter[str]] = field(default_factory=dict)
    by_status: dict[str, answer_key.Counts] = field(default_factory=dict)
    clinical: Counter[str] = field(default_factory=Counter)
    asked: list[str] = field(default_factory=list)
    allowed: list[str] = field(default_factory=list)

    def stage(self, name: str, write: Callable[[], dict[str, int]]) -> None:
        """Run one writer, and report its rows and seconds."""
        started = perf_counter()
        written = write()
        self.rows.setdefault(name, Counter()).update(written)
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
    """
    if unknown := shapes - ALL_SHAPES:
        raise ValueError(f"{len(unknown)} unknown shapes; known are {', '.join(sorted(ALL_SHAPES))}")
    out = out.resolve()
    out.mkdir(parents=True, exist_ok=True)
    world = make_world(patients=patients, seed=seed, as_of=as_of)
    tally = _Tally(report)
    key: dict[str, Any] = {"seed": seed, "patients": patients, "as_of": as_of.isoformat(), "shapes": sorted(shapes)}
    con = connect(allowed_directories=[out], threads=2, memory_limit=MEMORY_LIMIT)
    try:
        prepare(con, world)
        for number in range(world.chunks):
            key |= _one_chunk(world, number, con=con, out=out, shapes=shapes, tally=tally)
        tally.stage("reference", lambda: _write_reference(con, world, out=out, shapes=shapes))
    finally:
        con.close()
    if "optout" in shapes:
        tally.stage("optout", lambda: write_opt_out(out / "opt_out", as_of, asked=tally.asked, allowed=tally.allowed))
    _write_key(out, key, tally)
    return SynthSummary(out, patients, {shape: dict(counts) for shape, counts in tally.rows.items()})


def _one_chunk(
    world: World, number: int, *, con: duckdb.DuckDBPyConnection, out: Path, shapes: frozenset[str], tally: _Tally
) -> dict[str, Any]:
    """Make and write one chunk; return what the answer key says of it alone, which only the first has."""
    chunk = _make(world, number, con=con, tally=tally)
    _write_chunk(con, chunk, out=out, shapes=shapes, tally=tally)
    described = _first_chunk(con, chunk, out=out, shapes=shapes, tally=tally) if number == 0 else {}
    unload_chunk(con, chunk)
    return described


def _make(world: World, number: int, *, con: duckdb.DuckDBPyConnection, tally: _Tally) -> Chunk:
    started = perf_counter()
    chunk = make_chunk(world, number)
    load_chunk(con, chunk)
    for shape, counts in answer_key.count_by_status(con).items():
        for table, statuses in counts.items():
            tally.by_status.setdefault(shape, {}).setdefault(table, Counter()).update(statuses)
    tally.clinical.update(answer_key.count_clinical(con))
    _note_opt_outs(con, tally)
    tally.report("people", len(chunk.tables["people"]["person_id"]), perf_counter() - started)
    return chunk


def _note_opt_outs(con: duckdb.DuckDBPyConnection, tally: _Tally) -> None:
    for number, status, replaced in rows(
        con,
        """
        select nhs_number, status, replaced_by_person_id > 0

        from people

        where nhs_number is not null and status in ('permitted', 'opted_out')

        order by person_id
        """,
    ):
        tally.asked.append(str(number))
        # Only the number that stands today is opted out; the number it replaced comes back as allowed.
        if status == "permitted" or replaced:
            tally.allowed.append(str(number))


def _write_chunk(
    con: duckdb.DuckDBPyConnection, chunk: Chunk, *, out: Path, shapes: frozenset[str], tally: _Tally
) -> None:
    writers = {
        "omop": lambda: write_omop(con, out / "omop", chunk.number),
        "fhir": lambda: write_fhir(con, out / "fhir", chunk.number),
        "csv": lambda: write_trust_csv(con, out / "csv", chunk.number),
        "notes": lambda: write_note_files(con, out / "notes", chunk.number),
    }
    for shape, write in writers.items():
        if shape in shapes:
            tally.stage(shape, write)


def _first_chunk(
    con: duckdb.DuckDBPyConnection, chunk: Chunk, *, out: Path, shapes: frozenset[str], tally: _Tally
) -> dict[str, Any]:
    bad_bytes: dict[str, dict[str, int]] = {}
    if "dicom" in shapes:
        tally.stage("dicom", lambda: dicom.write_dicom(con, out / "dicom"))
        tally.stage("dicomweb", lambda: dicom.write_dicomweb(con, out / "dicomweb"))
        bad_bytes["dicom"] = {
            "truncated": dicom.TRUNCATED,
            "not_dicom": dicom.NOT_DICOM,
            "unknown_patient": dicom.UNKNOWN_PATIENT,
            "duplicate": dicom.DUPLICATE,
        }
    if "fhir" in shapes:
        bad_bytes["fhir"] = {name: len(lines) for name, lines in BAD_LINES.items()}
    if "csv" in shapes:
        bad_bytes["csv"] = BAD_CSV_LINES
    return {
        "trace": answer_key.describe_trace(con),
        "people": answer_key.describe_people(con, chunk.roles),
        "row_defects": answer_key.describe_rows(con, chunk),
        "bad_bytes": bad_bytes,
    }


def _write_reference(
    con: duckdb.DuckDBPyConnection, world: World, *, out: Path, shapes: frozenset[str]
) -> dict[str, int]:
    folder = out / "reference"
    folder.mkdir(exist_ok=True)
    frame = world.postcodes
    lines = [
        f"{postcode},{lsoa},{decile}\n"
        for postcode, lsoa, decile in zip(frame["postcode"], frame["lsoa_code"], frame["imd_decile"], strict=True)
    ]
    header = "postcode,lsoa_code,imd_decile\n"
    (folder / "postcode_imd.csv").write_text(header + "".join(lines), encoding="ascii", newline="")
    written = {"postcode_imd": len(lines)}
    if "omop" in shapes:
        written |= write_omop_reference(con, out / "omop", world)
    return written


def _write_key(out: Path, key: dict[str, Any], tally: _Tally) -> None:
    asked, allowed = set(tally.asked), set(tally.allowed)
    content = key | {
        "rows": {shape: dict(sorted(counts.items())) for shape, counts in tally.rows.items()},
        "rows_by_status": {
            shape: {table: dict(sorted(counts.items())) for table, counts in tables.items()}
            for shape, tables in tally.by_status.items()
        },
        "opt_out": {"asked": len(asked), "allowed": len(allowed), "opted_out": sorted(asked - allowed)},
        "clinical": dict(tally.clinical),
    }
    (out / "answer_key.json").write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
