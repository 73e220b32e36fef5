import secrets
from pathlib import Path

import pytest

from orchestration.site import open_site
from pseudonymisation.errors import KeyFault

CONFIG = Path(__file__).parents[3] / "config"


def test_the_keys_of_a_site_are_made_once_and_kept(tmp_path: Path) -> None:
    first = open_site(tmp_path / "home", CONFIG, randomness=secrets.token_bytes).keys
    assert open_site(tmp_path / "home", CONFIG, randomness=secrets.token_bytes).keys == first


def test_an_interruption_while_keys_are_made_leaves_none_and_the_next_try_makes_all(tmp_path: Path) -> None:
    def interrupted(size: int) -> bytes:
        if calls:
            raise KeyboardInterrupt
        calls.append(size)
        return secrets.token_bytes(size)

    calls: list[int] = []
    with pytest.raises(KeyboardInterrupt):
        open_site(tmp_path / "home", CONFIG, randomness=interrupted)
    assert list((tmp_path / "home" / "keys").iterdir()) == []
    site = open_site(tmp_path / "home", CONFIG, randomness=secrets.token_bytes)
    assert sorted(path.name for path in site.zones.keys.iterdir()) == [
        "signing.key", "signing.pub", "site.kcv", "site.key",
    ]  # fmt: skip
    assert site.keys.key_check_value()


def test_another_key_than_the_first_is_refused_and_not_shown(tmp_path: Path) -> None:
    site = open_site(tmp_path / "home", CONFIG, randomness=secrets.token_bytes)
    (site.zones.keys / "site.key").write_text("cd" * 32)
    with pytest.raises(KeyFault, match="not the one this site began with") as raised:
        _ = site.keys
    assert "cdcd" not in str(raised.value)


def test_keys_and_zones_are_their_owners_alone(tmp_path: Path) -> None:
    site = open_site(tmp_path / "home", CONFIG, randomness=secrets.token_bytes)
    assert (site.zones.keys / "site.key").stat().st_mode & 0o777 == 0o600
    for folder in (site.zones.landing, site.zones.keys, site.zones.pseudonymised, site.zones.releases):
        assert folder.stat().st_mode & 0o077 == 0
