"""Where each zone of one site lies on disk, and who holds it.

Here belong paths and the one lock; what is in a zone belongs to the stage that writes it.
"""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from orchestration.errors import WarehouseBusy


@dataclass(frozen=True)
class Zones:
    """The folders below one data root (`COHORTGATE_HOME`)."""

    home: Path

    @property
    def landing(self) -> Path:
        """Identifiable: one folder per source, as read; rejects and the index of people beside them."""
        return self.home / "landing"

    @property
    def pseudonymised(self) -> Path:
        """One folder per kind of source and table; the only data that dbt can open."""
        return self.home / "pseudonymised"

    @property
    def warehouse(self) -> Path:
        """The DuckDB file that dbt builds."""
        return self.home / "warehouse" / "cohortgate.duckdb"

    @property
    def quarantine(self) -> Path:
        """Release candidates, one folder per request, and releases on their way."""
        return self.home / "quarantine"

    @property
    def releases(self) -> Path:
        """Published releases; only `orchestration.release.publish` writes here."""
        return self.home / "releases"

    @property
    def keys(self) -> Path:
        """The site's key and signing key."""
        return self.home / "keys"

    @property
    def dagster(self) -> Path:
        """Dagster's own storage (`DAGSTER_HOME`)."""
        return self.home / "dagster"

    @property
    def dbt(self) -> Path:
        """dbt's target folder and log."""
        return self.home / "dbt"

    @property
    def spill(self) -> Path:
        """Where DuckDB spills; emptied at the start of each run."""
        return self.home / "spill"

    def create(self) -> None:
        """Make every folder, readable by its owner alone."""
        for folder in (
            self.home, self.landing, self.pseudonymised, self.warehouse.parent, self.quarantine,
            self.releases, self.keys, self.dagster, self.dbt, self.spill,
        ):  # fmt: skip
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o700)

    def empty_spill(self) -> None:
        """Delete what a killed run spilled."""
        shutil.rmtree(self.spill, ignore_errors=True)
        self.spill.mkdir(mode=0o700)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the site for one writer; the kernel lets go when the process ends, however it ends.

        Raises:
            WarehouseBusy: Another process holds it.
        """
        descriptor = os.open(self.home / "site.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            yield
        except BlockingIOError:
            raise WarehouseBusy(
                f"{self.home}: another run is writing here; wait for it to end, then run again"
            ) from None
        finally:
            os.close(descriptor)


def replace_folder(built: Path, target: Path) -> None:
    """Put a folder that was built beside its target into the target's place."""
    old = target.with_name(f".{target.name}.old")
    shutil.rmtree(old, ignore_errors=True)
    if target.exists():
        target.rename(old)
    built.rename(target)
    shutil.rmtree(old, ignore_errors=True)
