"""SQL pieces that people and tables share: quoting, landed folders, value maps, and files that appear whole or not.

Connections arrive as arguments; paths and names are quoted here because DuckDB binds no parameter in a view.
"""

import os
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pseudonymisation.errors import CountError, PseudonymisationError

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

ROWS_IN_A_BATCH = 100_000
# Fixed, so that the same rows are the same bytes.
PARQUET = "format parquet, compression zstd, compression_level 3, row_group_size 122880"


@contextmanager
def unquoted_errors(subject: str) -> Iterator[None]:
    """Turn an error of DuckDB or Arrow, which quotes values, into one of ours that names its kind only."""
    import duckdb
    import pyarrow as pa

    try:
        yield
    except (duckdb.Error, pa.ArrowException) as error:
        kind = type(error).__name__
        raise PseudonymisationError(f"{subject}: stopped by {kind}; nothing of it was passed on") from None


def quoted(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    """Return a text as a quoted SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"


def landed_files(folder: Path) -> list[Path]:
    """Return the parquet files of one landed table; none where the table was not landed."""
    return sorted(folder.glob("*.parquet"))


def read_parquet(files: Sequence[Path]) -> str:
    """Return the SQL that reads these files as one relation."""
    return f"read_parquet([{', '.join(literal(file) for file in files)}], union_by_name = true)"


def types_of(connection: "duckdb.DuckDBPyConnection", relation: str) -> dict[str, str]:
    """Return the column names of a relation with their DuckDB types."""
    described = connection.execute(f"describe select * from {relation}").fetchall()
    return {str(name): str(kind) for name, kind, *_ in described}


def trimmed(column: str, kind: str) -> str:
    """Return the SQL of a landed value; an empty text is null, as a source without a value writes it."""
    if kind != "VARCHAR":
        return quoted(column)
    text = quoted(column)
    # Few values need trimming, and trimming all costs more than every other step of a column.
    return (
        f"case when starts_with({text}, ' ') or ends_with({text}, ' ') then nullif(trim({text}), '') "
        f"else nullif({text}, '') end"
    )


def as_text(column: str | None, types: dict[str, str]) -> str:
    """Return the SQL of a landed value as text, null where the table has no such column."""
    if column is None or column not in types:
        return "cast(null as varchar)"
    return f"cast({trimmed(column, types[column])} as varchar)"


def map_values(
    connection: "duckdb.DuckDBPyConnection",
    query: str,
    *,
    into: str,
    columns: Sequence[str],
    function: Callable[["pa.Array"], Iterable["pa.Array"]],
) -> None:
    """Make a temporary table `into` of the distinct texts that a query yields, and what a function makes of each.

    Args:
        query: Yields one column of distinct texts.
        columns: The names of the text's own column and of those that the function returns.
    """
    import pyarrow as pa

    definition = ", ".join(f"{quoted(column)} varchar" for column in columns)
    connection.execute(f"create or replace temp table {quoted(into)} ({definition})")
    connection.execute(f"create or replace temp table distinct_text as select * from ({query}) as texts (text)")
    for first in range(0, count(connection, "select count(*) from distinct_text"), ROWS_IN_A_BATCH):
        page = f"select text from distinct_text where rowid >= {first} and rowid < {first + ROWS_IN_A_BATCH}"
        texts = connection.sql(page).to_arrow_table().column("text").combine_chunks()
        connection.register("mapped_batch", pa.table([texts, *function(texts)], names=list(columns)))
        connection.execute(f"insert into {quoted(into)} select * from mapped_batch")
        connection.unregister("mapped_batch")
    connection.execute("drop table distinct_text")


def count(connection: "duckdb.DuckDBPyConnection", query: str) -> int:
    """Return the one number that a query yields."""
    # To the last row: a connection with an unread result refuses other work.
    return sum(int(number) for (number,) in connection.execute(query).fetchall())


def write_parquet(
    connection: "duckdb.DuckDBPyConnection", query: str, out_path: Path, *, expected: int | None = None
) -> int:
    """Write the rows of a query to one parquet file, in one step and for its owner only, and return their number.

    Raises:
        CountError: There are not as many rows as expected; the old file, if any, is still there.
    """
    out_path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    partial = out_path.with_name(f".{out_path.name}.partial")
    try:
        rows = count(connection, f"copy ({query}) to {literal(partial)} ({PARQUET})")
        if expected is not None and rows != expected:
            raise CountError(f"{out_path.parent.name}: {expected:,} rows were to be kept, but there are {rows:,}")
        partial.chmod(0o600)
        os.replace(partial, out_path)
    finally:
        partial.unlink(missing_ok=True)
    return rows
