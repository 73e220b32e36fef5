"""Records that were merged into others, followed to the record that stands today."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from pseudonymisation.errors import IdentityError
from pseudonymisation.policy import Merges
from pseudonymisation.relations import as_text, landed_files, read_parquet, types_of

if TYPE_CHECKING:
    import duckdb


def load_merges(connection: "duckdb.DuckDBPyConnection", links: Iterable[tuple[str, Merges | None, Path]]) -> None:
    """Make a temporary table `merge_target` (source, local_id, final_id), one row per record that was merged away.

    Args:
        links: For each source its name, where its merges stand, and its folder in the landing zone.

    Raises:
        IdentityError: Merges go in a circle.
    """
    import pyarrow as pa

    rows: list[tuple[str, str, str]] = []
    for source, merges, landing in links:
        targets = _newest(connection, merges, landing) if merges else {}
        rows += [(source, merged, final) for merged, final in follow(targets, source=source).items()]
    sources, merged, finals = zip(*rows, strict=True) if rows else ((), (), ())
    arrays = [pa.array(values, pa.string()) for values in (sources, merged, finals)]
    connection.register("merged_records", pa.table(arrays, names=["source", "local_id", "final_id"]))
    connection.execute("create or replace temp table merge_target as select * from merged_records")
    connection.unregister("merged_records")


def follow(targets: Mapping[str, str], *, source: str) -> dict[str, str]:
    """Return the record that each merged record ends in.

    Raises:
        IdentityError: Some never end; the message says how many.
    """
    finals: dict[str, str] = {}
    endless: set[str] = set()
    for start in targets:
        path: dict[str, None] = {}
        place = start
        while place in targets and place not in finals and place not in path and place not in endless:
            path[place] = None
            place = targets[place]
        if place in path or place in endless:
            endless.update(path)
        else:
            finals.update(dict.fromkeys(path, finals.get(place, place)))
    if endless:
        raise IdentityError(
            f"source {source}: {len(endless):,} records are merged in a circle; correct the merges at the source"
        )
    return finals


def _newest(connection: "duckdb.DuckDBPyConnection", merges: Merges, landing: Path) -> dict[str, str]:
    """Return the latest target of each merged record."""
    files = landed_files(landing / merges.table)
    if not files:
        return {}
    relation = read_parquet(files)
    types = types_of(connection, relation)
    merged, surviving, at = (as_text(column, types) for column in (merges.merged, merges.surviving, merges.at))
    return dict(
        connection.execute(
            f"with merge as (select {merged} as merged, {surviving} as surviving, "
            f"try_cast({at} as timestamptz) as merged_at from {relation}) "
            "select merged, surviving from merge "
            "where merged is not null and surviving is not null and merged <> surviving "
            "qualify row_number() over (partition by merged order by merged_at desc nulls last, surviving) = 1 "
            "order by merged"
        ).fetchall()
    )
