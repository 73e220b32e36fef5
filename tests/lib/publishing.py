"""Publish a tiny candidate with a gate and a card that cost nothing, so that a test can publish often."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from expectations.gate import GateResult
from orchestration.release.candidate import Candidate
from orchestration.release.manifest import FileEntry
from orchestration.release.publish import Published, publish
from orchestration.release.signing import SigningKey
from tests.lib.factories import KEY_CHECK_VALUE, gate_result, make_origin, make_request, make_signing_key

PLACE = Path("sepsis-pilot") / "cohort_sepsis_onset" / "1.0.0"


@dataclass(frozen=True)
class Home:
    """One site on which a test publishes."""

    folder: Path
    key: SigningKey

    @property
    def releases(self) -> Path:
        return self.folder / "releases"

    @property
    def staging(self) -> Path:
        return self.folder / "quarantine" / ".staging"

    @property
    def release(self) -> Path:
        return self.releases / PLACE

    def files(self) -> list[Path]:
        """The files below `releases`."""
        return sorted(path for path in self.releases.rglob("*") if path.is_file())

    def left_over(self) -> list[str]:
        """What lies in staging beside the lock."""
        return sorted(path.name for path in self.staging.iterdir() if path.name != ".lock")

    def publish(self, *, rows: int = 3, **changes: Any) -> Published:
        """Publish a candidate of so many rows."""
        known: dict[str, Any] = {
            "origin": make_origin(make_request()),
            "releases": self.releases,
            "staging": self.staging,
            "evaluate": passing,
            "describe": described,
            "signing_key": self.key,
        }
        return publish(
            make_tiny_candidate(self.folder / "quarantine" / "sepsis_onset", rows=rows), **{**known, **changes}
        )


def make_home(folder: Path) -> Home:
    """Return a site with a signing key."""
    return Home(folder, make_signing_key(folder / "keys"))


def make_tiny_candidate(folder: Path, *, rows: int) -> Candidate:
    """Return a candidate whose data are numbers."""
    (folder / "data").mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.table({"number": list(range(rows))}), folder / "data" / "cohort.parquet")
    return Candidate(folder, ("data/cohort.parquet",), rows, rows, KEY_CHECK_VALUE, ())


def passing(files: Sequence[Path]) -> GateResult:
    """Be a gate whose rules hold."""
    assert all(path.is_file() for path in files)
    return gate_result()


def refusing(files: Sequence[Path]) -> GateResult:
    """Be a gate one of whose rules does not hold."""
    return gate_result(broken=("rule_two",))


def described(*, files: Sequence[FileEntry], paths: Sequence[Path], gate: GateResult) -> Mapping[str, bytes]:
    """Describe a release in few words."""
    return {"card.html": b"<p>card</p>", "datapackage.json": b"{}\n"}


def stopping_at(number: int, stop: Callable[[], None]) -> Callable[[str], None]:
    """Return a `step` that calls `stop` at the step of that number."""
    seen: list[str] = []

    def step(name: str) -> None:
        seen.append(name)
        if len(seen) == number + 1:
            stop()

    return step
