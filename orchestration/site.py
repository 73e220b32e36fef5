"""One site: its configuration, its zones, its keys, and where relative paths of its sources start."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from orchestration.config import Config, load_config
from orchestration.release.signing import create_signing_key
from orchestration.zones import Zones
from pseudonymisation.errors import KeyFault
from pseudonymisation.keys import FileKeyProvider, SiteKeys

CONFIG = Path(__file__).parent.parent / "config"
CHECK_VALUE = "site.kcv"


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
        keys = _provider(self.zones).site_keys()
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
    if not _provider(zones).path.exists() and not (zones.keys / CHECK_VALUE).exists():
        made = _provider(zones).create(randomness=randomness)
        (zones.keys / CHECK_VALUE).write_text(made.key_check_value())
        create_signing_key(zones.keys, randomness=randomness)
    return site


def _provider(zones: Zones) -> FileKeyProvider:
    return FileKeyProvider(zones.keys / "site.key")
