"""A site for one test: a data root, a configuration of its own, and the command line run on it as a user would."""

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[2]
AS_OF = date.today()


@dataclass(frozen=True)
class Ran:
    """What one command did: its exit code and all that it printed."""

    code: int
    printed: str


@dataclass(frozen=True)
class Trust:
    """One site below a temporary folder; the synthetic trust's own systems lie outside its data root."""

    folder: Path

    @property
    def home(self) -> Path:
        return self.folder / "home"

    @property
    def config(self) -> Path:
        return self.folder / "config"

    @property
    def synthetic(self) -> Path:
        return self.folder / "synthetic"

    def run(self, *arguments: str) -> Ran:
        """Run `cohortgate …` on this site."""
        environment = {
            **os.environ,
            "COHORTGATE_HOME": str(self.home),
            "COHORTGATE_CONFIG": str(self.config),
            "NO_COLOR": "1",
            "COLUMNS": "200",
        }
        done = subprocess.run(
            [sys.executable, "-m", "orchestration.cli", *arguments],
            cwd=ROOT, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        return Ran(done.returncode, done.stdout + done.stderr)

    def edit(self, name: str, **changes: Any) -> None:
        """Change some keys of one configuration file."""
        path = self.config / name
        path.write_text(yaml.safe_dump({**yaml.safe_load(path.read_text()), **changes}))

    def write(self, name: str, content: dict[str, Any]) -> None:
        """Write one configuration file."""
        path = self.config / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(yaml.safe_dump(content))

    def metadata(self) -> dict[str, dict[str, Any]]:
        """Return the newest metadata of every asset, as the Dagster UI shows it."""
        import dagster as dg

        with dg.DagsterInstance.from_config(str(self.home / "dagster")) as instance:
            found = {}
            for key in instance.all_asset_keys():
                event = instance.get_latest_materialization_event(key)
                if event and event.asset_materialization:
                    entries = event.asset_materialization.metadata
                    found[key.to_user_string()] = {name: entry.value for name, entry in entries.items()}
            return found


def synthetic_trust(folder: Path, *, patients: int, seed: int = 1) -> Trust:
    """Return a site on the example configuration and a synthetic trust of that size, not yet run.

    The example's floors are for the demo's size, so they are lowered here.
    """
    trust = Trust(folder)
    shutil.copytree(ROOT / "config", trust.config)
    done = trust.run(
        "synth", "--patients", str(patients), "--seed", str(seed), "--out", str(trust.synthetic), "--as-of", f"{AS_OF}"
    )
    assert done.code == 0, done.printed
    for path in trust.config.rglob("*.yaml"):
        path.write_text(path.read_text().replace("synthetic/", f"{trust.synthetic}/"))
    trust.edit("policy.yaml", min_people=10, min_events=1, min_non_events=1)
    return trust


def real_input(folder: Path, *, kind: str, path: Path) -> Trust:
    """Return a site whose only source is one folder or file that nobody here wrote."""
    trust = Trust(folder)
    trust.write(
        "policy.yaml",
        {
            "version": 1, "site": "Test", "min_people": 10, "min_events": 1, "min_non_events": 1,
            "opt_out_list": None, "postcode_lookup": None,
        },
    )  # fmt: skip
    trust.write(
        "sources/input.yaml",
        {
            "name": "input", "kind": kind, "path": str(path), "identity": "local_id",
            "opt_out": {"apply": False, "reason": "Public test data; no NHS number exists in it."},
        },
    )  # fmt: skip
    return trust
