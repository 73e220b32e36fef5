"""One site: its configuration, its zones and where relative paths of its sources start."""

from dataclasses import dataclass
from pathlib import Path

from orchestration.config import Config, load_config
from orchestration.zones import Zones

CONFIG = Path(__file__).parent.parent / "config"


@dataclass(frozen=True)
class Site:
    """Everything that a stage needs to know about the trust it runs in."""

    config: Config
    zones: Zones

    def path(self, written: str) -> Path:
        """Return a path of the configuration; a relative one starts at the data root."""
        return self.zones.home / written


def open_site(home: Path, config: Path) -> Site:
    """Return the site whose data root and configuration folder are given, with its folders made.

    Raises:
        ConfigError: A configuration file is wrong.
    """
    zones = Zones(home.resolve())
    site = Site(config=load_config(config), zones=zones)
    zones.create()
    return site
