"""One site: its configuration, its zones, its keys, and where relative paths of its sources start."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.config import Config, load_config
from orchestration.release.signing import create_signing_key
from orchestration.zones import Zones
from pseudonymisation.errors import KeyFault
from pseudonymisation.keys import FileKeyProvider, SiteKeys

CONFIG = Path(__file__).parent.parent / "config"
SITE_KEY, CHECK_VALUE = "site.key", "site.kcv"


@dataclass(frozen=True)
class Site:
    """Everything that a stage needs to know about the trust it runs in."""

    config: Config
    zones: Zones

    def path(self, written: str) -> Path:
        """Return a path of the configuration; a relative one starts at the data root."""
        return self.zones.home / written

    @property
    def keys(self) -> SiteKeys:
        """The site's keys, read anew each time so that they stay in memory no longer than a stage.

        Raises:
            KeyFault: The key is missing, open to others, or not the one this site began with.
        """
        keys = FileKeyProvider(self.zones.keys / SITE_KEY).site_keys()
        known = self.zones.keys / CHECK_VALUE
        if not known.is_file() or known.read_text() != keys.key_check_value():
            raise KeyFault(f"{known}: the key is not the one this site began with; restore it; nothing was written")
        return keys


def open_site(home: Path, config: Path, *, randomness: Callable[[int], bytes]) -> Site:
    """Return the site whose data root and configuration folder are given, with its folders and keys made.

    Args:
        randomness: Returns that many unpredictable bytes; a site's keys are made once, at its first use.

    Raises:
        ConfigError: A configuration file is wrong.
    """
    zones = Zones(home.resolve())
    site = Site(config=load_config(config), zones=zones)
    zones.create()
    if not any(zones.keys.iterdir()):
        _make_keys(zones, randomness)
    return site


def _make_keys(zones: Zones, randomness: Callable[[int], bytes]) -> None:
    """Make all keys of a site or, where this is interrupted, none."""
    building = zones.home / ".keys.new"
    shutil.rmtree(building, ignore_errors=True)
    building.mkdir(mode=0o700)
    made = FileKeyProvider(building / SITE_KEY).create(randomness=randomness)
    (building / CHECK_VALUE).write_text(made.key_check_value())
    create_signing_key(building, randomness=randomness)
    building.rename(zones.keys)
