"""Run dbt: where its project, target folder and log lie, what its environment holds, and what of its output may be shown.

dbt's own messages can quote rows, so they stay in its log; only the names of nodes leave this module.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from orchestration.duck import connect, quoted
from orchestration.errors import TransformError
from orchestration.zones import Zones

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
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        parsed = subprocess.run(
            [executable(), "parse", "--quiet"],
            env={**environ, **environment(zones)},
            capture_output=True,
            check=False,
        )
        if parsed.returncode != 0:
            raise TransformError(f"the dbt project does not parse; see {zones.dbt / 'logs' / 'dbt.log'}")
    return manifest


def count_rows(zones: Zones) -> Mapping[str, int]:
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


def failed_nodes(run_results: Path) -> Mapping[str, str]:
    """Return the models and tests that did not pass, by name, with their status; never dbt's message."""
    results = json.loads(run_results.read_text())["results"]
    bad = {"error", "fail", "runtime error"}
    return {result["unique_id"]: result["status"] for result in results if result["status"] in bad}
