"""The signing key: made once, kept from others, and told from others."""

import subprocess

import pytest

from orchestration.release.errors import SigningKeyError
from orchestration.release.signing import create_signing_key, is_signature, load_signing_key
from tests.lib.factories import make_signing_key


def test_a_key_that_was_made_can_be_loaded_and_signs_alike(tmp_path):
    made, loaded = make_signing_key(tmp_path), load_signing_key(tmp_path)

    assert loaded.public_pem == made.public_pem == (tmp_path / "signing.pub").read_bytes()
    assert loaded.sign(b"content") == made.sign(b"content")
    assert loaded.fingerprint == made.fingerprint


def test_the_secret_is_readable_by_its_owner_alone_and_is_never_shown(tmp_path):
    key = make_signing_key(tmp_path)

    assert (tmp_path / "signing.key").stat().st_mode & 0o777 == 0o600
    assert "PRIVATE" not in repr(key)
    assert "01" * 32 not in repr(key)


def test_a_signature_holds_for_its_content_and_its_key_alone(tmp_path):
    key, other = make_signing_key(tmp_path / "a"), make_signing_key(tmp_path / "b", seed=2)
    signature = key.sign(b"content")

    assert is_signature(signature, b"content", public_pem=key.public_pem)
    assert not is_signature(signature, b"Content", public_pem=key.public_pem)
    assert not is_signature(signature, b"content", public_pem=other.public_pem)
    assert not is_signature(signature[:-1], b"content", public_pem=key.public_pem)
    assert not is_signature(b"", b"content", public_pem=key.public_pem)


def test_a_second_key_is_refused(tmp_path):
    make_signing_key(tmp_path)
    before = (tmp_path / "signing.key").read_bytes()
    with pytest.raises(SigningKeyError, match="already"):
        make_signing_key(tmp_path, seed=2)
    assert (tmp_path / "signing.key").read_bytes() == before


def test_making_a_key_that_was_left_half_made_makes_it_whole(tmp_path):
    make_signing_key(tmp_path)
    (tmp_path / "signing.key").rename(tmp_path / ".signing.key.unfinished")

    key = make_signing_key(tmp_path, seed=2)
    assert load_signing_key(tmp_path).fingerprint == key.fingerprint
    assert (tmp_path / "signing.pub").read_bytes() == key.public_pem


def test_too_little_randomness_makes_no_key(tmp_path):
    with pytest.raises(SigningKeyError, match="32 random bytes"):
        create_signing_key(tmp_path, randomness=lambda size: b"short")
    assert list(tmp_path.iterdir()) == []


def test_a_key_that_others_can_read_is_not_used(tmp_path):
    make_signing_key(tmp_path)
    (tmp_path / "signing.key").chmod(0o640)
    with pytest.raises(SigningKeyError, match="chmod 600"):
        load_signing_key(tmp_path)


@pytest.mark.parametrize("content", [b"", b"not a key"])
def test_what_is_no_key_is_not_used_and_not_quoted(content, tmp_path):
    (tmp_path / "signing.key").write_bytes(content)
    (tmp_path / "signing.key").chmod(0o600)
    with pytest.raises(SigningKeyError, match="not a private key in PEM") as refused:
        load_signing_key(tmp_path)
    assert refused.value.__cause__ is None


def test_a_key_of_another_kind_is_not_used(tmp_path):
    from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

    private = generate_private_key(SECP256R1())
    path = tmp_path / "signing.key"
    path.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    path.chmod(0o600)
    with pytest.raises(SigningKeyError, match="not an Ed25519 key"):
        load_signing_key(tmp_path)
    public = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    with pytest.raises(SigningKeyError, match="not an Ed25519 key"):
        is_signature(b"", b"", public_pem=public)


def test_no_key_is_said_to_be_missing(tmp_path):
    with pytest.raises(SigningKeyError, match="no signing key"):
        load_signing_key(tmp_path)


def test_openssl_accepts_a_signature_too(tmp_path):
    key = make_signing_key(tmp_path)
    (tmp_path / "content").write_bytes(b"content")
    (tmp_path / "signature").write_bytes(key.sign(b"content"))
    command = "openssl pkeyutl -verify -pubin -inkey signing.pub -rawin -in content -sigfile signature"
    try:
        ran = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("openssl is not installed here")
    assert ran.returncode == 0
