"""Run dbt: where its project and log lie, what its environment holds, and what of its output may be shown.

dbt's own messages can quote rows, so they stay in its log; only the names of nodes leave this module.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from orchestration.duck import connect, quoted
from orchestration.errors import TransformError
from orchestration.zones import Zones

FAILED = ("error", "fail", "runtime error", "partial success", "warn")
PROJECT = Path(__file__).parent.parent / "dbt_project"


def executable() -> str:
    """Return the dbt of this environment; PATH may hold another one, or none."""
    return str(Path(sys.executable).with_name("dbt"))


def environment(zones: Zones) -> dict[str, str]:
    """Return what dbt is told: two paths and its own folders, no request text, no key."""
    return {
        "COHORTGATE_PSEUDONYMISED": str(zones.pseudonymised.resolve()),
        "COHORTGATE_WAREHOUSE": str(zones.warehouse.resolve()),
        "COHORTGATE_SPILL": str(zones.spill.resolve()),
        "DBT_PROJECT_DIR": str(PROJECT),
        "DBT_PROFILES_DIR": str(PROJECT),
        "DBT_TARGET_PATH": str((zones.dbt / "target").resolve()),
        "DBT_LOG_PATH": str((zones.dbt / "logs").resolve()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def ensure_manifest(zones: Zones, *, environ: Mapping[str, str]) -> Path:
    """Return dbt's manifest, parsed again only when a file of the project is newer.

    Args:
        environ: The environment that dbt inherits.

    Raises:
        TransformError: The project does not parse; dbt's log says why.
    """
    manifest = zones.dbt / "target" / "manifest.json"
    newest = max(found.stat().st_mtime for found in PROJECT.rglob("*") if found.suffix in {".sql", ".yml", ".csv"})
    is_old = not manifest.exists() or manifest.stat().st_mtime < newest
    if is_old and _dbt("parse", zones, environ=environ) != 0:
        raise TransformError(f"the dbt project does not parse; see {zones.dbt / 'logs' / 'dbt.log'}")
    return manifest


@dataclass(frozen=True)
class Built:
    """What one `dbt build` made: the rows of each model and seed in the order of building, and which tests passed."""

    rows: Mapping[str, int]
    tests: frozenset[str]


def build(zones: Zones, *, environ: Mapping[str, str]) -> Built:
    """Build and test every model. dbt runs as a process of its own, and its output goes to its log alone.

    Args:
        environ: The environment that dbt inherits.

    Raises:
        TransformError: A model could not be built or a test did not pass; the message names them.
    """
    results = zones.dbt / "target" / "run_results.json"
    results.unlink(missing_ok=True)
    with zones.held():
        _dbt("build", zones, environ=environ)
        if not results.exists():
            raise TransformError(f"dbt build did not start; see {zones.dbt / 'logs' / 'dbt.log'}")
        nodes = json.loads(results.read_text())["results"]
        failed = sorted(node["unique_id"].split(".")[2] for node in nodes if node["status"] in FAILED)
        if failed:
            skipped = sum(node["status"] == "skipped" for node in nodes)
            raise TransformError(
                f"dbt: {', '.join(failed)} failed and {skipped} models and tests after it were skipped; "
                f"see {zones.dbt / 'logs' / 'dbt.log'}"
            )
        passed = frozenset(node["unique_id"].split(".")[2] for node in nodes if node["status"] == "pass")
        counts = _count_rows(zones)
        names = [node["unique_id"].split(".")[2] for node in nodes]
        return Built({name: counts[name] for name in names if name in counts}, passed)


def _dbt(command: str, zones: Zones, *, environ: Mapping[str, str]) -> int:
    return subprocess.run(
        [executable(), command, "--quiet"],
        env={**environ, **environment(zones)},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=False,
    ).returncode


def _count_rows(zones: Zones) -> Mapping[str, int]:
    """Return the number of rows of every table and view that dbt built, by name."""
    connection = connect(
        allowed_directories=[zones.pseudonymised], database=zones.warehouse, read_only=True, spill=zones.spill
    )
    try:
        names = connection.execute(
            "select table_name from information_schema.tables where table_schema = 'main' order by table_name"
        ).fetchall()
        counts = {}
        for (name,) in names:
            counted = connection.execute(f"select count(*) from main.{quoted(name)}").fetchone()
            counts[name] = int(counted[0]) if counted else 0
        return counts
    finally:
        connection.close()
