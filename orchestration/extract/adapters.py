"""The interface of all sources: land what the policy names, reject what cannot be read, count both."""

import shutil
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Protocol

from orchestration.config import Source
from orchestration.errors import ExtractError
from orchestration.extract.landing import Landed, Reject, write_rejects
from orchestration.zones import replace_folder
from pseudonymisation.policy import Table, load_policy


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


def tables_of(source: Source) -> tuple[str, ...]:
    """Return the tables that a source lands: those that say who is who, and of the others those it asks for."""
    tables, asked = load_policy(source.kind).tables, source.tables
    return tuple(name for name, table in tables.items() if asked is None or name in asked or is_identifiable(table))


def is_identifiable(table: Table) -> bool:
    """Say whether a table only says who is who and never leaves the landing zone."""
    return table.zone == "identifiable"


def land_source(source: Source, *, root: Path, landing: Path, spill: Path) -> tuple[Landed, ...]:
    """Read a whole source into `landing/<source>` and return the counts of every table that the policy names.

    The old snapshot stays until the new one is complete.

    Args:
        root: What a relative path in the source's configuration is relative to.

    Raises:
        ExtractError: The source is not there, or a table in it lacks a column that it must have.
    """
    path = root / source.path
    if not path.exists():
        raise ExtractError(f"source {source.name}: nothing at {path}; set `path` in config/sources/{source.name}.yaml")
    tables = load_policy(source.kind).tables
    wanted = {name: tables[name] for name in tables_of(source)}
    building = landing / f".{source.name}.partial"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(parents=True, mode=0o700)
    counts, rejects = [], []
    for table, rejected in adapter_of(source.kind)(path, wanted, building, spill=spill):
        counts.append(table)
        rejects += rejected
    write_rejects(source.name, rejects, building / "_rejects.parquet")
    replace_folder(building, landing / source.name)
    return tuple(counts)
