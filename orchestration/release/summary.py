"""Count what a card shows of a release: people, rows and outcomes, in all and by subgroup, and what is missing.

The counts are exact; whoever shows them passes them through `suppress`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.duck import quoted
from orchestration.release.contract import PERSON, SPLIT, Contract, ReleaseColumn

if TYPE_CHECKING:
    import duckdb


@dataclass(frozen=True)
class Group:
    """One value of a subgroup column: its people, those of them who had the outcome, and its rows."""

    value: str | None
    people: int
    events: int
    rows: int


@dataclass(frozen=True)
class Subgroup:
    """One column by which a product is evaluated, and its groups in the order of their values."""

    column: str
    groups: tuple[Group, ...]


@dataclass(frozen=True)
class Feature:
    """One feature and the number of rows in which it is missing."""

    column: str
    data_type: str
    description: str
    missing: int


@dataclass(frozen=True)
class Summary:
    """What one release holds. `events` counts people; the rows are counted by their label."""

    rows: int
    people: int
    events: int
    positive_rows: int
    negative_rows: int
    unlabelled_rows: int
    subgroups: tuple[Subgroup, ...]
    features: tuple[Feature, ...]


def summarise(connection: "duckdb.DuckDBPyConnection", files: Sequence[Path], *, contract: Contract) -> Summary:
    """Return the counts of one release."""
    paths, label = [str(path) for path in files], quoted(contract.label)
    query = f"""
        select count(*), count(distinct {PERSON}), count(distinct {PERSON}) filter (where {label}),
            count(*) filter (where {label}), count(*) filter (where not {label}),
            count(*) filter (where {label} is null)
        from read_parquet(?)
    """
    rows, people, events, positive, negative, unlabelled = connection.execute(query, [paths]).fetchall()[0]
    names = [*(column.name for column in contract.named("subgroup_")), SPLIT]
    return Summary(
        rows=rows,
        people=people,
        events=events,
        positive_rows=positive,
        negative_rows=negative,
        unlabelled_rows=unlabelled,
        subgroups=tuple(_subgroup(connection, paths, name, label=label) for name in names),
        features=_features(connection, paths, contract.named("feature_")),
    )


def _subgroup(connection: "duckdb.DuckDBPyConnection", paths: list[str], name: str, *, label: str) -> Subgroup:
    column = quoted(name)
    groups = connection.execute(
        f"""
            select cast({column} as varchar), count(distinct {PERSON}), count(distinct {PERSON}) filter (where {label}),
                count(*)
            from read_parquet(?) group by {column} order by {column} nulls last
        """,
        [paths],
    ).fetchall()
    return Subgroup(name, tuple(Group(*group) for group in groups))


def _features(
    connection: "duckdb.DuckDBPyConnection", paths: list[str], columns: Sequence[ReleaseColumn]
) -> tuple[Feature, ...]:
    if not columns:
        return ()
    counts = ", ".join(f"count(*) - count({quoted(column.name)})" for column in columns)
    missing = connection.execute(f"select {counts} from read_parquet(?)", [paths]).fetchone() or ()
    return tuple(
        Feature(column.name, column.data_type, column.description, count)
        for column, count in zip(columns, missing, strict=True)
    )
