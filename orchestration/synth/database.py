"""The trust inside DuckDB: the tables of one chunk, what never changes, and the macros that all writers share.

Also the three ways of writing a file: sorted parquet, CSV appended to what is there, and lines of text.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import IO

import duckdb
import numpy as np
import pyarrow as pa

from orchestration.duck import literal
from orchestration.synth.chunk import Chunk
from orchestration.synth.codes import code_frame
from orchestration.synth.frame import Frame, load, stack, take
from orchestration.synth.reference import SPECIALTIES, TRUSTS
from orchestration.synth.text import write_notes
from orchestration.synth.world import World

_BATCH_ROWS = 100_000


def prepare(con: duckdb.DuckDBPyConnection, world: World) -> None:
    """Load what does not depend on a chunk, and create the macros."""
    load(
        con,
        {
            "code": code_frame(),
            "site": _sites(),
            "trust": _trusts(),
            "postcode": world.postcodes,
            "consultant": world.consultants | {"consultant_no": np.arange(len(world.consultants["name"]))},
            "specialty": _specialties(),
        },
    )
    con.execute(
        "create or replace temp macro fhir_id(kind, id) as "
        f"cast(cast(md5('{world.seed}/' || kind || '/' || id) as uuid) as varchar)"
    )
    con.execute(
        "create or replace temp macro dicom_uid(kind, id) as "
        f"'2.25.' || md5_number('{world.seed}/' || kind || '/' || id)"
    )
    con.execute(f"create or replace temp macro london(moment) as {_london_time(world.as_of)}")


def load_chunk(con: duckdb.DuckDBPyConnection, chunk: Chunk) -> None:
    """Make the tables of one chunk readable, replacing the chunk before, and write the words of its notes.

    `people_rows` is `people` with the planted copies; all other tables hold their copies themselves.
    """
    people = chunk.tables["people"]
    copies = chunk.roles.rows.get("duplicate_person", np.array([], dtype=np.int64))
    load(con, chunk.tables | {"people_rows": stack([people, take(people, copies)])})
    write_notes(con)


def unload_chunk(con: duckdb.DuckDBPyConnection, chunk: Chunk) -> None:
    """Let go of a chunk, so that the next one does not stand beside it in memory."""
    for name in (*chunk.tables, "people_rows"):
        con.unregister(name)
    con.execute("drop table note")


def write_parquet(con: duckdb.DuckDBPyConnection, query: str, path: Path) -> int:
    """Write the rows of an ordered query to one parquet file and return their number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    settings = "format parquet, compression zstd, row_group_size 122880"
    return _count(con.execute(f"copy ({query}) to {literal(path)} ({settings})"))


def append_csv(
    con: duckdb.DuckDBPyConnection, query: str, path: Path, *, recode: Callable[[bytes], bytes] = bytes
) -> int:
    """Append the rows of an ordered query to a CSV file that has its header, and return their number.

    Args:
        recode: Turns the UTF-8 rows into the bytes of the file.
    """
    part = path.with_suffix(".part")
    written = _count(con.execute(f"copy ({query}) to {literal(part)} (format csv, header false)"))
    with path.open("ab") as whole:
        whole.write(recode(part.read_bytes()))
    part.unlink()
    return written


def write_lines(con: duckdb.DuckDBPyConnection, line: str, file: IO[bytes], *, source: str, order: str) -> int:
    """Append one line of text per row to a file, and return their number.

    Args:
        line: The SQL expression of a line.
        source: The from clause, without the word from.
        order: A total order.
    """
    lines = 0
    reader = con.sql(f"select {line} || chr(10) as line from {source} order by {order}").to_arrow_reader(_BATCH_ROWS)
    for batch in reader:
        column = batch.column(0).cast(pa.large_string())
        offsets = np.frombuffer(column.buffers()[1], dtype=np.int64)[column.offset : column.offset + len(column) + 1]
        if len(column):
            file.write(memoryview(column.buffers()[2])[offsets[0] : offsets[-1]])
        lines += len(column)
    return lines


def rows(con: duckdb.DuckDBPyConnection, query: str) -> Sequence[tuple[object, ...]]:
    """Return the rows of a small query."""
    found: Sequence[tuple[object, ...]] = con.execute(query).fetchall()
    return found


def _count(result: duckdb.DuckDBPyConnection) -> int:
    row = result.fetchone()
    return int(row[0]) if row else 0


def _london_time(as_of: date) -> str:
    # Summer time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October.
    summers = []
    for year in range(as_of.year - 3, as_of.year + 1):
        start, end = (_last_sunday(year, month) for month in (3, 10))
        summers.append(f"(moment >= timestamp '{start} 01:00' and moment < timestamp '{end} 01:00')")
    return (
        f"case when {' or '.join(summers)} "
        "then strftime(moment + interval 1 hour, '%Y-%m-%dT%H:%M:%S+01:00') "
        "else strftime(moment, '%Y-%m-%dT%H:%M:%S+00:00') end"
    )


def _last_sunday(year: int, month: int) -> date:
    day = datetime(year, month, 31).date()
    return day - timedelta(days=(day.weekday() + 1) % 7)


def _sites() -> Frame:
    sites = [(code, name, number) for number, trust in enumerate(TRUSTS) for code, name in trust.sites]
    return {
        "site_no": np.arange(len(sites)),
        "site_code": np.array([code for code, _, _ in sites], dtype=object),
        "site_name": np.array([name for _, name, _ in sites], dtype=object),
        "trust": np.array([number for _, _, number in sites], dtype=np.int64),
    }


def _trusts() -> Frame:
    return {
        "trust": np.arange(len(TRUSTS), dtype=np.int64),
        "trust_code": np.array([trust.code for trust in TRUSTS], dtype=object),
        "trust_name": np.array([trust.name for trust in TRUSTS], dtype=object),
    }


def _specialties() -> Frame:
    return {
        "specialty": np.array(list(SPECIALTIES), dtype=object),
        "specialty_name": np.array(list(SPECIALTIES.values()), dtype=object),
    }
