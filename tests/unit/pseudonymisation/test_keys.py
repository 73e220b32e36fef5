import pickle
from pathlib import Path

import pytest

from pseudonymisation.errors import KeyFault
from pseudonymisation.keys import FileKeyProvider, PseudonymKey, SiteKeys, hkdf_sha256

MASTER = bytes(range(32))

# RFC 5869, appendix A, test cases 1 to 3: secret, salt, info, length, output.
RFC_5869 = [
    (
        "0b" * 22,
        "000102030405060708090a0b0c",
        "f0f1f2f3f4f5f6f7f8f9",
        42,
        "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865",
    ),
    (
        bytes(range(0x50)).hex(),
        bytes(range(0x60, 0xB0)).hex(),
        bytes(range(0xB0, 0x100)).hex(),
        82,
        "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c59045a99cac7827271cb41c65e590e09"
        "da3275600c2f09b8367793a9aca3db71cc30c58179ec3e87c14c01d5c1f3434f1d87",
    ),
    (
        "0b" * 22,
        "",
        "",
        42,
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8",
    ),
]


@pytest.mark.parametrize(("secret", "salt", "info", "length", "output"), RFC_5869)
def test_derivation_gives_the_published_vectors(secret: str, salt: str, info: str, length: int, output: str) -> None:
    made = hkdf_sha256(bytes.fromhex(secret), salt=bytes.fromhex(salt), info=bytes.fromhex(info), length=length)
    assert made.hex() == output


def test_every_level_project_purpose_and_epoch_has_its_own_key() -> None:
    keys = SiteKeys(MASTER)
    made = [
        keys.site("person").secret,
        keys.uid().secret,
        keys.project("sepsis", purpose="person", epoch=1).secret,
        keys.project("sepsis", purpose="person", epoch=2).secret,
        keys.project("sepsis", purpose="uid", epoch=1).secret,
        keys.project("eye", purpose="person", epoch=1).secret,
        SiteKeys(bytes(32)).site("person").secret,
    ]
    assert len(set(made)) == len(made)
    assert all(len(key) == 32 for key in made)
    assert MASTER not in made


def test_the_same_master_key_gives_the_same_keys() -> None:
    assert SiteKeys(MASTER).project("eye", purpose="person", epoch=1) == SiteKeys(MASTER).project(
        "eye", purpose="person", epoch=1
    )


@pytest.mark.parametrize("label", ["", "a|b", "a b", "é", "a\n", "x" * 65, "-a"])
def test_a_label_that_could_read_like_another_list_of_labels_is_refused(label: str) -> None:
    with pytest.raises(KeyFault):
        SiteKeys(MASTER).project(label, purpose="person", epoch=1)


def test_an_epoch_begins_at_one() -> None:
    with pytest.raises(KeyFault):
        SiteKeys(MASTER).project("eye", purpose="person", epoch=0)


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_master_key_of_another_length_is_refused(length: int) -> None:
    with pytest.raises(KeyFault, match=f"it has {length}"):
        SiteKeys(bytes(length))


def test_the_check_value_is_eight_hex_digits_and_differs_between_keys() -> None:
    # HMAC-SHA256 of `key check value v1`, made with `openssl dgst -mac hmac`.
    assert SiteKeys(MASTER).key_check_value() == "32624fb8"
    assert SiteKeys(bytes(32)).key_check_value() != "32624fb8"


def test_no_key_stands_in_a_representation() -> None:
    keys = SiteKeys(MASTER)
    shown = repr((keys, keys.site("person"), keys.uid(), FileKeyProvider(Path("key"))))
    assert MASTER.hex() not in shown
    assert repr(MASTER) not in shown
    assert keys.site("person").secret.hex() not in shown
    assert shown.startswith("(SiteKeys(), PseudonymKey(domain='person')")


def test_a_key_can_go_to_a_worker_process() -> None:
    key = SiteKeys(MASTER).site("person")
    assert pickle.loads(pickle.dumps(key)) == key
    assert isinstance(key, PseudonymKey)


def test_a_created_key_is_read_back_and_is_for_its_owner_only(tmp_path: Path) -> None:
    provider = FileKeyProvider(tmp_path / "site.key")
    made = provider.create(randomness=lambda length: MASTER[:length])
    assert provider.site_keys() == made == SiteKeys(MASTER)
    assert provider.path.stat().st_mode & 0o777 == 0o600


def test_a_key_is_never_replaced(tmp_path: Path) -> None:
    provider = FileKeyProvider(tmp_path / "site.key")
    provider.create(randomness=lambda length: MASTER[:length])
    with pytest.raises(KeyFault, match="never replaced"):
        provider.create(randomness=bytes)
    assert provider.site_keys() == SiteKeys(MASTER)


def test_a_key_cannot_be_made_from_too_little_randomness_or_in_no_folder(tmp_path: Path) -> None:
    with pytest.raises(KeyFault):
        FileKeyProvider(tmp_path / "a").create(randomness=lambda length: b"x")
    with pytest.raises(KeyFault, match="cannot be written"):
        FileKeyProvider(tmp_path / "no" / "folder").create(randomness=bytes)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o666, 0o700 | 0o011])
def test_a_key_that_others_can_open_is_refused(tmp_path: Path, mode: int) -> None:
    provider = FileKeyProvider(tmp_path / "site.key")
    provider.create(randomness=bytes)
    provider.path.chmod(mode)
    with pytest.raises(KeyFault, match="0600"):
        provider.site_keys()


@pytest.mark.parametrize("content", [b"", b"zz" * 32, b"00" * 31, b"00" * 33, b"\xff" * 64, MASTER])
def test_a_file_that_holds_no_key_is_refused_and_its_content_is_not_told(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "site.key"
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(KeyFault) as refused:
        FileKeyProvider(path).site_keys()
    assert content == b"" or content.hex() not in str(refused.value)
    assert refused.value.__cause__ is None


def test_a_missing_key_a_folder_and_a_link_are_refused(tmp_path: Path) -> None:
    FileKeyProvider(tmp_path / "real").create(randomness=bytes)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    (tmp_path / "folder").mkdir(mode=0o700)
    for name in ("nothing", "link", "folder"):
        with pytest.raises(KeyFault):
            FileKeyProvider(tmp_path / name).site_keys()
