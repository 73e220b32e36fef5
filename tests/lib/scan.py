"""Find a planted text in everything that a run wrote, whatever it is packed in.

A search of raw bytes is worthless alone: compressed parquet and DuckDB files hide nearly every value from it.
A file that should be readable and is not counts as a find.
"""

import base64
import gzip
import io
import sqlite3
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq


def finds(root: Path, needles: Iterable[str], *, skip: Iterable[Path] = ()) -> list[str]:
    """Return `file: container` for every place below a folder in which a needle stands."""
    forms = {form for needle in needles for form in _forms(needle)}
    skipped = tuple(path.resolve() for path in skip)
    found = []
    for path in sorted(root.rglob("*")):
        if not path.is_file() or any(path.resolve().is_relative_to(folder) for folder in skipped):
            continue
        if any(form in path.name.lower().encode() for form in forms):
            found.append(f"{path.relative_to(root)}: its name")
        found += [f"{path.relative_to(root)}: {place}" for place in _places(path, forms)]
    return found


def _forms(needle: str) -> Iterator[bytes]:
    """A text may stand as it is, respaced, in UTF-16, in base64 or reversed."""
    lowered = needle.lower()
    squeezed = "".join(character for character in lowered if character.isalnum())
    spaced = f"{squeezed[:3]} {squeezed[3:6]} {squeezed[6:]}" if squeezed.isdigit() and len(squeezed) == 10 else lowered
    for text in {lowered, squeezed, spaced, spaced.replace(" ", "-")}:
        yield text.encode()
        yield text.encode("utf-16-le")
        yield text[::-1].encode()
    for written in (needle, squeezed):
        for offset in range(3):
            packed = base64.b64encode(b"\0" * offset + written.encode())
            yield packed[4:-4].lower() if len(packed) > 12 else packed.lower()


def _places(path: Path, forms: set[bytes]) -> Iterator[str]:
    content = path.read_bytes()
    if _holds(content, forms):
        yield "raw bytes"
    try:
        for place, text in _unpacked(path, content):
            if _holds(text, forms):
                yield place
    except Exception as error:
        yield f"unreadable ({type(error).__name__})"


def _holds(content: bytes, forms: set[bytes]) -> bool:
    lowered = content.lower()
    return any(form in lowered for form in forms)


def _unpacked(path: Path, content: bytes) -> Iterator[tuple[str, bytes]]:
    if content[:4] == b"PAR1":
        yield from _parquet(content)
    elif content[8:12] == b"DUCK":
        yield from _duckdb(path)
    elif content[:15] == b"SQLite format 3":
        yield from _sqlite(path)
    elif content[:2] == b"\x1f\x8b":
        yield "gzip", gzip.decompress(content)
    elif content[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield f"zip {name}", name.encode() + archive.read(name)


def _parquet(content: bytes) -> Iterator[tuple[str, bytes]]:
    file = pq.ParquetFile(io.BytesIO(content))
    yield "parquet metadata", repr(file.metadata.metadata).encode() + repr(file.schema_arrow).encode()
    for name in file.schema_arrow.names:
        column = file.read(columns=[name]).column(0)
        yield f"parquet column {name}", "\n".join(map(str, column.unique().to_pylist())).encode()


def _duckdb(path: Path) -> Iterator[tuple[str, bytes]]:
    with duckdb.connect(str(path), read_only=True) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables()").fetchall()
        for schema, table in tables:
            for (name,) in connection.execute(
                "select column_name from duckdb_columns() where schema_name = ? and table_name = ?", [schema, table]
            ).fetchall():
                rows = connection.execute(f'select distinct "{name}"::varchar from "{schema}"."{table}"').fetchall()
                yield f"duckdb {table}.{name}", "\n".join(str(value) for (value,) in rows).encode()
        views = connection.execute("select sql from duckdb_views() where not internal").fetchall()
        yield "duckdb views", repr(views).encode()


def _sqlite(path: Path) -> Iterator[tuple[str, bytes]]:
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as connection:
        connection.text_factory = bytes
        for (table,) in connection.execute("select name from sqlite_master where type = 'table'").fetchall():
            rows = connection.execute(f'select * from "{table.decode()}"').fetchall()
            yield f"sqlite {table.decode()}", b"\n".join(repr(row).encode() + _joined(row) for row in rows)


def _joined(row: tuple[object, ...]) -> bytes:
    return b" ".join(value for value in row if isinstance(value, bytes))
