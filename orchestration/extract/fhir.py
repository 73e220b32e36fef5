"""FHIR R4 bulk data: a folder of NDJSON files, plain or gz, one resource a line.

Lines are split and decoded here, because a reader that guesses loses lines without a word; elements are then
picked by DuckDB. An element that no path of the policy names is dropped, and its name is counted.
"""

import gzip
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.duck import connect, literal, quoted
from orchestration.extract.landing import Landed, Reject, copy_to, landed
from pseudonymisation.policy import Column, Table

if TYPE_CHECKING:
    import duckdb

LINES_IN_A_BATCH = 20_000
MAX_LINE_BYTES = 64 * 1024 * 1024
FILE_NAME = re.compile(r"([A-Za-z]+)(?:[._-].*)?\.ndjson(?:\.gz)?")


@dataclass
class _Lines:
    """The readable lines of one batch, with their numbers, and the rejects among them."""

    numbers: list[int] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    rejects: list[tuple[int | None, str]] = field(default_factory=list)


def read(path: Path, tables: Mapping[str, Table], into: Path, *, spill: Path) -> Iterator[tuple[Landed, list[Reject]]]:
    """Land each table of a FHIR export; a resource type that is not there is landed with no rows."""
    files = sorted(path.rglob("*.ndjson*")) if path.is_dir() else [path]
    connection = connect(allowed_directories=[into], spill=spill)
    try:
        for name, table in tables.items():
            mine = [file for file in files if _resource_of(file) == table.resource]
            yield _read_table(connection, name, table, mine, into)
    finally:
        connection.close()


def _read_table(
    connection: "duckdb.DuckDBPyConnection", name: str, table: Table, files: list[Path], into: Path
) -> tuple[Landed, list[Reject]]:
    rows, part = 0, 0
    rejects: list[Reject] = []
    dropped: set[str] = set()
    for file in files:
        for lines in _batches(file):
            kept, wrong, unknown = _land_batch(connection, table, lines, file, into / name / f"part-{part:05}.parquet")
            part += 1
            rows += kept
            dropped |= unknown
            rejects += [Reject(name, file.name, row, None, reason) for row, reason in [*lines.rejects, *wrong]]
    return landed(name, rows=rows, rejects=rejects, dropped=dropped), rejects


def _batches(file: Path) -> Iterator[_Lines]:
    """Yield the lines of a file in batches; a file that ends in the middle keeps what came before, and says so."""
    lines, number = _Lines(), 0
    with gzip.open(file, "rb") if file.suffix == ".gz" else file.open("rb") as stream:
        try:
            while line := stream.readline(MAX_LINE_BYTES):
                number += 1
                _take(lines, number, line)
                if number % LINES_IN_A_BATCH == 0:
                    yield lines
                    lines = _Lines()
        except (EOFError, OSError, gzip.zlib.error):  # type: ignore[attr-defined]  # gzip raises zlib's own error
            lines.rejects.append((None, "truncated_file"))
    yield lines


def _take(lines: _Lines, number: int, line: bytes) -> None:
    if not line.strip():
        return
    if len(line) == MAX_LINE_BYTES:
        lines.rejects.append((number, "line_too_long"))
        return
    try:
        lines.texts.append(line.decode("utf-8-sig" if number == 1 else "utf-8"))
        lines.numbers.append(number)
    except UnicodeDecodeError:
        lines.rejects.append((number, "not_utf8"))


def _land_batch(
    connection: "duckdb.DuckDBPyConnection", table: Table, lines: _Lines, file: Path, target: Path
) -> tuple[int, list[tuple[int, str]], set[str]]:
    import pyarrow as pa

    batch = pa.table({"_row": pa.array(lines.numbers, pa.int64()), "line": pa.array(lines.texts, pa.string())})
    connection.register("batch", batch)
    connection.execute(
        f"""
        create or replace temp table resources as
        select
            _row,
            line,
            case
                when not json_valid(line) then 'not_json'
                when coalesce(json_extract_string(line, '$.resourceType'), '') <> {literal(table.resource or "")}
                    then 'wrong_resource_type'
            end as reason
        from batch
        """
    )
    connection.unregister("batch")
    wrong = connection.execute("select _row, reason from resources where reason is not null order by _row").fetchall()
    columns = ", ".join(f"{element(column)} as {quoted(column.name)}" for column in table.columns_to_land)
    rows = copy_to(
        connection,
        f"select {columns}, {literal(file.name)} as _file, _row from resources where reason is null order by _row",
        target,
    )
    keys = connection.execute("select distinct unnest(json_keys(line)) from resources where reason is null").fetchall()
    return rows, wrong, {key for (key,) in keys} - _known_elements(table)


def element(column: Column) -> str:
    """Return the SQL that picks one column's text out of the JSON in `line`, null where it is not there."""
    if column.where:
        conditions = " and ".join(
            f"json_extract_string(item, {literal('$.' + place)}) = {literal(value)}"
            for place, value in column.where.items()
        )
        items = f"json_extract(line, {literal(f'{column.path}[*]')})"
        found = f"list_filter({items}, lambda item: {conditions})[1]"
        text = f"json_extract_string({found}, {literal(column.take or '$')})"
    else:
        text = f"json_extract_string(line, {literal(column.path or '$')})"
    if column.reference:
        # `Patient/1`, `urn:uuid:1` and `https://host/fhir/Patient/1` all name the resource 1.
        text = f"regexp_extract({text}, '([^/:]*)$', 1)"
    if column.strip_prefix:
        text = f"replace({text}, {literal(column.strip_prefix)}, '')"
    if column.base64:
        text = f"try(decode(from_base64({text})))"
    return f"nullif({text}, '')"


def _known_elements(table: Table) -> set[str]:
    paths = [column.path or "" for column in table.columns.values()]
    return {"resourceType", *(re.split(r"[.\[]", path.removeprefix("$."))[0] for path in paths)}


def _resource_of(file: Path) -> str:
    matched = FILE_NAME.fullmatch(file.name)
    return matched.group(1) if matched else ""
