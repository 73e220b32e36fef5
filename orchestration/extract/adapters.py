"""The interface of all sources: land what the policy names, reject what cannot be read, count both."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol

from orchestration.config import Source
from orchestration.errors import ExtractError
from orchestration.extract.landing import Landed, Reject, write_rejects
from orchestration.zones import replace_folder
from pseudonymisation.policy import Policy, Table

Progress = Callable[[str, int], None]


class Adapter(Protocol):
    """Reads one kind of source.

    Yields one table at a time: its counts and its rejects, after its rows were written below `into/<table>/`.
    """

    def __call__(
        self, path: Path, tables: Mapping[str, Table], into: Path, *, spill: Path
    ) -> Iterator[tuple[Landed, list[Reject]]]: ...


# Adapters are imported when they are used: pydicom and pyarrow cost time that `--help` should not pay.
ADAPTERS = {kind: f"orchestration.extract.{kind}" for kind in ("omop", "fhir", "dicom")}


def adapter_of(kind: str) -> Adapter:
    """Return the adapter of one kind of source."""
    read: Adapter = import_module(ADAPTERS[kind]).read
    return read


def land_source(
    source: Source, policy: Policy, *, root: Path, landing: Path, spill: Path, progress: Progress
) -> tuple[Landed, ...]:
    """Read a whole source into `landing/<source>` and return the counts of every table that the policy names.

    The old snapshot stays until the new one is complete.

    Args:
        root: What a relative path in the source's configuration is relative to.
        progress: Called with a table's name and its rows when that table has landed.

    Raises:
        ExtractError: The source is not there, or a table in it lacks a column that it must have.
    """
    path = root / source.path
    if not path.exists():
        raise ExtractError(f"source {source.name}: nothing at {path}; set `path` in config/sources/{source.name}.yaml")
    wanted = {name: table for name, table in policy.tables.items() if _asked_for(source, name, table)}
    building = landing / f".{source.name}.partial"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True, mode=0o700)
    counts, rejects = [], []
    for table, rejected in adapter_of(source.kind)(path, wanted, building, spill=spill):
        counts.append(table)
        rejects += rejected
        progress(table.table, table.landed)
    write_rejects(source.name, rejects, building / "_rejects.parquet")
    replace_folder(building, landing / source.name)
    return tuple(counts)


def _asked_for(source: Source, name: str, table: Table) -> bool:
    """Tables that only say who is who are always read; of the others, those that the source's `tables` names."""
    return source.tables is None or table.zone == "identifiable" or name in source.tables
