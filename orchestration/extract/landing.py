"""What every adapter shares: the counts of a table, its rejects, and how a landed table is written."""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.duck import literal
from orchestration.errors import ExtractError

if TYPE_CHECKING:
    import duckdb

COLUMN_NAME = re.compile(r"_?[A-Za-z][A-Za-z0-9_]{0,62}")
REJECT_COLUMNS = ("source", "table", "file", "row", "column_name", "reason")


@dataclass(frozen=True)
class Reject:
    """One row, or with `row` empty one whole file, that an adapter could not read; never with its content."""

    table: str
    file: str
    row: int | None
    column_name: str | None
    reason: str


@dataclass(frozen=True)
class Landed:
    """What became of one table of one source.

    `read` counts rows (lines, files) found; each of them is either landed or rejected. `dropped` names the
    columns that were found and that the policy does not let in.
    """

    table: str
    read: int
    landed: int
    rejected: Mapping[str, int]
    dropped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.read != self.landed + sum(self.rejected.values()):
            raise ExtractError(
                f"{self.table}: read {self.read:,} rows, but landed {self.landed:,} and rejected "
                f"{sum(self.rejected.values()):,}; nothing was passed on"
            )


def landed(table: str, *, rows: int, rejects: Iterable[Reject], dropped: Iterable[str] = ()) -> Landed:
    """Return the counts of a table from its landed rows and its rejects."""
    reasons = Counter(reject.reason for reject in rejects)
    # What has not the form of a name may be a value: a row read as a header, a key that an export put a text into.
    names = {name if COLUMN_NAME.fullmatch(name) else "(not a name)" for name in dropped}
    return Landed(table, rows + reasons.total(), rows, dict(sorted(reasons.items())), tuple(sorted(names)))


def copy_to(connection: "duckdb.DuckDBPyConnection", query: str, path: Path) -> int:
    """Write the rows of a query to one parquet file and return their number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    copied = connection.execute(f"copy ({query}) to {literal(path)} (format parquet, compression zstd)").fetchone()
    return int(copied[0]) if copied else 0


def write_rejects(source: str, rejects: Sequence[Reject], path: Path) -> None:
    """Write the rejects of a source as one parquet table beside its data."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = pa.schema([(name, pa.int64() if name == "row" else pa.string()) for name in REJECT_COLUMNS])
    rows = [
        {
            "source": source, "table": reject.table, "file": reject.file, "row": reject.row,
            "column_name": reject.column_name, "reason": reject.reason,
        }
        for reject in rejects
    ]  # fmt: skip
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path, compression="zstd")
