"""Run the dbt project on small tables made by hand: rows in, models out. Nothing is written into the checkout."""

import os
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from pseudonymisation.policy import load_policy, output_schema

PROJECT = Path(__file__).parents[2] / "dbt_project"
KINDS = ("omop", "fhir", "dicom")
SITE_TABLES = {
    ("site", "person_place"): [("person_id", "VARCHAR"), ("imd_decile", "INTEGER"), ("source", "VARCHAR")],
}
ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "INTEGER": pa.int32(),
    "BIGINT": pa.int64(),
    "DOUBLE": pa.float64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
}

Row = Mapping[str, Any]
Rows = Mapping[tuple[str, str], Sequence[Row]]


@dataclass(frozen=True)
class DbtHome:
    """One data root for one dbt run: a pseudonymised zone, a warehouse, dbt's own folders."""

    root: Path
    project: Path = PROJECT

    @property
    def zone(self) -> Path:
        """The pseudonymised zone."""
        return self.root / "pseudonymised"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt builds."""
        return self.root / "warehouse" / "cohortgate.duckdb"

    @property
    def target(self) -> Path:
        """Where dbt leaves its manifest and results."""
        return self.root / "dbt" / "target"

    def environment(self) -> dict[str, str]:
        """Return this process's environment with everything that dbt is told."""
        return {
            **os.environ,
            "COHORTGATE_PSEUDONYMISED": str(self.zone),
            "COHORTGATE_WAREHOUSE": str(self.warehouse),
            "DBT_PROJECT_DIR": str(self.project),
            "DBT_PROFILES_DIR": str(self.project),
            "DBT_TARGET_PATH": str(self.target),
            "DBT_LOG_PATH": str(self.root / "dbt" / "logs"),
            "DO_NOT_TRACK": "1",
        }

    def dbt(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one dbt command and return what it printed, whether it passed or not."""
        command = [str(Path(sys.executable).with_name("dbt")), *arguments]
        return subprocess.run(
            command, env=self.environment(), cwd=self.root, capture_output=True, text=True, check=False
        )

    def build(self, *arguments: str) -> None:
        """Build models and seeds and fail the test with dbt's own words if anything does not pass."""
        result = self.dbt("build", "--no-use-colors", *arguments)
        assert result.returncode == 0, result.stdout + result.stderr

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """Return the rows of one query on the warehouse."""
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            return connection.execute(query).fetchall()


def make_home(root: Path, rows: Rows, *, project: Path = PROJECT) -> DbtHome:
    """Return a data root whose pseudonymised zone holds `rows` and, for every table, an empty file.

    Args:
        rows: Per kind and table the rows; a column that a row does not name is null, `source` is the kind.
    """
    home = DbtHome(root, project)
    home.warehouse.parent.mkdir(parents=True)
    schemas = zone_schemas()
    for (kind, table), columns in schemas.items():
        folder = home.zone / kind / table
        folder.mkdir(parents=True)
        _write(folder / "_empty.parquet", columns, ())
    for (kind, table), content in rows.items():
        filled = [{"source": kind, **row} for row in content]
        _write(home.zone / kind / table / "by_hand.parquet", schemas[kind, table], filled)
    return home


def zone_schemas() -> dict[tuple[str, str], list[tuple[str, str]]]:
    """Return the columns, with their DuckDB types, of every table that the pseudonymised zone holds."""
    tables = {(kind, table.name): output_schema(table) for kind in KINDS for table in load_policy(kind).tables.values()}
    return {name: columns for name, columns in (tables | SITE_TABLES).items() if columns}


def _write(path: Path, columns: Sequence[tuple[str, str]], rows: Iterable[Row]) -> None:
    schema = pa.schema([(name, ARROW_TYPES[data_type]) for name, data_type in columns])
    rows = list(rows)
    for row in rows:
        assert row.keys() <= set(schema.names), (
            f"{path.parent.name} has no column {sorted(row.keys() - set(schema.names))}"
        )
    pq.write_table(pa.Table.from_pylist([dict(row) for row in rows], schema=schema), path)
