"""One landed table in, one pseudonymised table out, every row of it accounted for.

Here belong the outcome of a row and the writing of files; what each action does to a value is in `columns.py`.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pseudonymisation.errors import CountError
from pseudonymisation.keys import SiteKeys
from pseudonymisation.people import People
from pseudonymisation.policy import Table
from pseudonymisation.text import PersonNotes

if TYPE_CHECKING:
    import duckdb

# Takes the notes of one person after the other, gives back their cleaned texts in the same order.
CleanNotes = Callable[[Iterable[PersonNotes]], Iterator[tuple[str, ...]]]


@dataclass(frozen=True)
class TableCounts:
    """What became of the rows of one table of one source.

    `rejected` and `withheld` count rows by reason; a withheld row is sound, but its person's data may not be used.
    `other_values` counts, by column, values that passed as `OTHER` or as null because the policy does not know them.
    """

    table: str
    read: int
    kept: int
    rejected: Mapping[str, int]
    withheld: Mapping[str, int]
    other_values: Mapping[str, int]

    def __post_init__(self) -> None:
        accounted = self.kept + sum(self.rejected.values()) + sum(self.withheld.values())
        if self.read != accounted:
            raise CountError(f"{self.table}: {self.read:,} rows were read, but {accounted:,} are accounted for")


def pseudonymise_table(
    connection: "duckdb.DuckDBPyConnection",
    table: Table,
    *,
    source: str,
    landing: Path,
    people: People,
    keys: SiteKeys,
    out_path: Path,
    rejects_path: Path,
    clean_notes: CleanNotes | None = None,
) -> TableCounts:
    """Write the rows of one landed table that may pass, in the form the policy allows, and count the others.

    Args:
        connection: Can read `landing` and the files of `people`, and write beside `out_path` and `rejects_path`.
        landing: The folder of the landed parquet files, `landing/<source>/<table>`; without it there are no rows.
        out_path: The parquet file to write, with the columns of `output_schema`; replaced in one step.
        rejects_path: A parquet file of this table's own: source, table, file, row, column_name, reason.
        clean_notes: Needed where the table has text, e.g. `partial(text.clean_notes, workers=2)`.

    Raises:
        PolicyError: A column that the table cannot do without is missing, or the zone is identifiable.
        CountError: The rows do not add up; nothing was written.
    """
    raise NotImplementedError


def write_empty_table(connection: "duckdb.DuckDBPyConnection", table: Table, *, out_path: Path) -> None:
    """Write a parquet file with the columns of a pseudonymised table and no rows."""
    raise NotImplementedError
