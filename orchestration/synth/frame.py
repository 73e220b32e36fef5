"""Columns of one table while it is being made in NumPy, and their way into DuckDB.

A time is a whole number of seconds since 1970 (UTC), `NO_TIME` where there is none; an id of 0 means none.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Column = NDArray[Any]
Frame = dict[str, Column]

NO_TIME = int(np.iinfo(np.int64).min)
MINUTE = 60
HOUR = 3600
DAY = 86400


def height(frame: Mapping[str, Column]) -> int:
    """Return the number of rows."""
    return len(next(iter(frame.values())))


def take(frame: Mapping[str, Column], rows: Column) -> Frame:
    """Return the rows that a mask or a list of positions names."""
    return {name: column[rows] for name, column in frame.items()}


def stack(frames: Iterable[Mapping[str, Column]]) -> Frame:
    """Return all rows of frames that have the same columns, in the order given."""
    parts = list(frames)
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def whole_minutes(seconds: Column) -> Column:
    """Return times or durations cut to the minute, as charts write them."""
    return (seconds.astype(np.int64) // MINUTE) * MINUTE


def kept(values: Column, mask: Column) -> Column:
    """Return the values, None where the mask is false."""
    found = values.astype(object)
    found[~mask] = None
    return found


def between(rng: np.random.Generator, low: float, high: float, *, size: int) -> Column:
    """Return durations in seconds, drawn evenly between two numbers of hours, on whole minutes."""
    return whole_minutes(rng.uniform(low * HOUR, high * HOUR, size))


def positions(counts: Column) -> tuple[Column, Column]:
    """Return, for `counts[i]` children of each row `i`, the parent of each child and its number from 0."""
    parent = np.repeat(np.arange(len(counts)), counts)
    first = np.repeat(np.cumsum(counts) - counts, counts)
    return parent, np.arange(len(parent)) - first


def to_arrow(frame: Mapping[str, Column]) -> pa.Table:
    """Return a frame as Arrow: `*_at` as timestamps, `*_date` as dates, NaN and NO_TIME as null."""
    return pa.table({name: _arrow_column(name, column) for name, column in frame.items()})


def load(con: duckdb.DuckDBPyConnection, tables: Mapping[str, Mapping[str, Column]]) -> None:
    """Make each frame readable by its name in SQL, replacing what had that name before."""
    for name, frame in tables.items():
        con.register(name, to_arrow(frame))


def _arrow_column(name: str, column: Column) -> pa.Array:
    if name.endswith("_at"):
        return pa.array(column.astype("datetime64[s]").astype("datetime64[us]"))
    if name.endswith("_date"):
        return pa.array(column.astype("datetime64[D]"))
    if column.dtype == object:
        return pa.array(column, type=pa.string())
    return pa.array(column, from_pandas=True)
