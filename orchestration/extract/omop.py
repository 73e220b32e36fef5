"""OMOP CDM: a folder of parquet or CSV files (any letter case, gz), or one DuckDB file.

Rows are landed as they are read; types are the policy's business, one stage later.
"""

import gzip
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.duck import connect, literal, quoted
from orchestration.errors import ExtractError
from orchestration.extract.landing import Landed, Reject, copy_to, landed
from pseudonymisation.policy import Table

if TYPE_CHECKING:
    import duckdb

MAX_HEADER_BYTES = 1024 * 1024


def read(path: Path, tables: Mapping[str, Table], into: Path, *, spill: Path) -> Iterator[tuple[Landed, list[Reject]]]:
    """Land each table of an OMOP source; a table that is not there is landed with no rows."""
    if path.is_file():
        yield from _read_database(path, tables, into, spill=spill)
        return
    files = sorted(found for found in path.rglob("*") if found.is_file())
    connection = connect(allowed_directories=[path, into], spill=spill)
    try:
        for name, table in tables.items():
            yield _read_files(
                connection, name, table, [file for file in files if _table_of(file, tables) == name], into
            )
    finally:
        connection.close()


def _read_database(
    path: Path, tables: Mapping[str, Table], into: Path, *, spill: Path
) -> Iterator[tuple[Landed, list[Reject]]]:
    connection = connect(allowed_directories=[path.parent, into], spill=spill)
    try:
        connection.execute(f"attach {literal(path)} as source_database (read_only)")
        found = connection.execute(
            "select lower(table_name), schema_name, table_name from duckdb_tables() "
            "where database_name = 'source_database'"
        ).fetchall()
        where = {lowered: f"source_database.{quoted(schema)}.{quoted(name)}" for lowered, schema, name in found}
        for name, table in tables.items():
            if name not in where:
                yield landed(name, rows=0, rejects=()), []
            elif rejects := _headers_read_as_rows(connection, where[name], name, table, path.name):
                yield landed(name, rows=0, rejects=rejects), rejects
            else:
                yield _read_relation(connection, name, table, where[name], path.name, into), []
    except _duckdb_error():
        raise ExtractError(f"{path.name}: not a DuckDB file that this version can read") from None
    finally:
        connection.close()


def _read_relation(
    connection: "duckdb.DuckDBPyConnection", name: str, table: Table, relation: str, file: str, into: Path
) -> Landed:
    columns, dropped = _selection(connection, f"select * from {relation}", name, table)
    query = f"select {columns}, {literal(file)} as _file, row_number() over () as _row from {relation}"
    return landed(name, rows=copy_to(connection, query, into / name / "part-0000.parquet"), rejects=(), dropped=dropped)


def _headers_read_as_rows(
    connection: "duckdb.DuckDBPyConnection", relation: str, name: str, table: Table, file: str
) -> list[Reject]:
    """Return a reject for each row of a table that holds nothing but the names of its columns.

    A guessing CSV reader makes this of an empty table: columns `column0`, `column1` and the header as its only row.
    """
    described = [column for column, *_ in connection.execute(f"describe {relation}").fetchall()]
    if not all(column.lower().startswith("column") for column in described):
        return []
    rows = connection.execute(f"select * from {relation} limit 2").fetchall()
    names = {*table.columns}
    if len(rows) == 1 and names & {str(value).lower() for value in rows[0]}:
        return [Reject(name, file, 1, None, "header_read_as_row")]
    return []


def _read_files(
    connection: "duckdb.DuckDBPyConnection", name: str, table: Table, files: list[Path], into: Path
) -> tuple[Landed, list[Reject]]:
    rows, rejects, dropped = 0, [], set[str]()
    for number, file in enumerate(files):
        target = into / name / f"part-{number:04}.parquet"
        reader = _read_parquet if file.suffix.lower() == ".parquet" else _read_csv
        try:
            found, lines, unknown = reader(connection, name, table, file, target)
        except (_duckdb_error(), EOFError, OSError, UnicodeDecodeError):
            target.unlink(missing_ok=True)
            found, lines, unknown = 0, [Reject(name, file.name, None, None, "unreadable_file")], set()
        rows += found
        rejects += lines
        dropped |= unknown
    return landed(name, rows=rows, rejects=rejects, dropped=dropped), rejects


def _read_parquet(
    connection: "duckdb.DuckDBPyConnection", name: str, table: Table, file: Path, target: Path
) -> tuple[int, list[Reject], set[str]]:
    relation = f"read_parquet({literal(file)}, file_row_number = true)"
    columns, dropped = _selection(connection, f"select * exclude (file_row_number) from {relation}", name, table)
    query = f"select {columns}, {literal(file.name)} as _file, file_row_number + 1 as _row from {relation}"
    return copy_to(connection, query, target), [], dropped


def _read_csv(
    connection: "duckdb.DuckDBPyConnection", name: str, table: Table, file: Path, target: Path
) -> tuple[int, list[Reject], set[str]]:
    header = _header(file)
    # Sniffing loses rows without a word: columns, quote and escape are always stated.
    packing = "gzip" if file.suffix.lower() == ".gz" else "none"
    columns = "{" + ", ".join(f"{literal(column)}: 'VARCHAR'" for column in header) + "}"
    relation = (
        f"read_csv({literal(file)}, columns = {columns}, auto_detect = false, header = true, delim = ',', "
        f"compression = '{packing}', quote = '\"', escape = '\"', nullstr = '', strict_mode = true, "
        "ignore_errors = true, store_rejects = true, "
        "rejects_table = 'line_errors', rejects_scan = 'line_scans', rejects_limit = 0, max_line_size = 16777216)"
    )
    selected, dropped = _choose(header, name, table)
    query = f"select {selected}, {literal(file.name)} as _file, row_number() over () as _row from {relation}"
    rows = copy_to(connection, query, target)
    lines = connection.execute("select distinct line from line_errors order by line").fetchall()
    connection.execute("drop table line_errors; drop table line_scans")
    return rows, [Reject(name, file.name, int(line), None, "unreadable_line") for (line,) in lines], dropped


def _header(file: Path) -> list[str]:
    with gzip.open(file, "rb") if file.suffix.lower() == ".gz" else file.open("rb") as stream:
        first = stream.readline(MAX_HEADER_BYTES).decode("utf-8-sig")
    return [column.strip().strip('"') for column in first.rstrip("\r\n").split(",")]


def _selection(connection: "duckdb.DuckDBPyConnection", query: str, name: str, table: Table) -> tuple[str, set[str]]:
    described = connection.execute(f"describe {query}").fetchall()
    return _choose([column for column, *_ in described], name, table)


def _choose(found: list[str], name: str, table: Table) -> tuple[str, set[str]]:
    """Return the select list of the columns that the policy lets in, and the names of those it does not."""
    by_name = {column.lower(): column for column in found}
    if len(by_name) < len(found):
        raise ExtractError(f"{name}: a column name stands there twice; export the table again")
    wanted = [column for column in table.landed_columns if column in by_name]
    missing = [column for column in table.needed_columns if column not in by_name]
    if missing:
        raise ExtractError(f"{name}: column {', '.join(missing)} is missing; the policy needs it")
    chosen = ", ".join(f"{quoted(by_name[column])} as {quoted(column)}" for column in wanted)
    return chosen, {column for lowered, column in by_name.items() if lowered not in wanted}


def _table_of(file: Path, tables: Mapping[str, Table]) -> str:
    """`MEASUREMENT.csv.gz` and `measurement/part-0000.parquet` both hold rows of `measurement`."""
    name, folder = file.name.lower(), file.parent.name.lower()
    if not name.endswith((".parquet", ".csv", ".csv.gz")):
        return ""
    return folder if folder in tables else name.split(".")[0]


def _duckdb_error() -> type[Exception]:
    import duckdb

    error: type[Exception] = duckdb.Error
    return error
