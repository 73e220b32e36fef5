"""The trust's signing key: Ed25519, made once, kept beside the site's key and unlike it never derived.

A signature is 64 raw bytes over the bytes of the manifest, so that `openssl pkeyutl -verify -rawin` can check it too.
"""

import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.release.errors import SigningKeyError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

SECRET_NAME, PUBLIC_NAME = "signing.key", "signing.pub"
SEED_BYTES = 32


@dataclass(frozen=True)
class SigningKey:
    """A private signing key, and the public key that recipients need, as PEM."""

    public_pem: bytes
    private: "Ed25519PrivateKey" = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """The first 16 hex digits of the public key's sha256, to tell keys apart by eye."""
        return fingerprint(self.public_pem)

    def sign(self, content: bytes) -> bytes:
        """Return the signature of some bytes; equal bytes have equal signatures."""
        return self.private.sign(content)


def create_signing_key(folder: Path, *, randomness: Callable[[int], bytes]) -> SigningKey:
    """Make a signing key, write it into `folder` as `signing.key` and `signing.pub`, and return it.

    Raises:
        SigningKeyError: There is a key already; a new one would leave earlier releases without a signer.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    seed = randomness(SEED_BYTES)
    if len(seed) != SEED_BYTES:
        raise SigningKeyError(f"a signing key needs {SEED_BYTES} random bytes")
    private = Ed25519PrivateKey.from_private_bytes(seed)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    key = SigningKey(_public_pem(private.public_key()), private)
    if (folder / SECRET_NAME).exists():
        raise SigningKeyError(f"{folder.name}: there is a signing key already; keep it")
    # The public key first: a crash in between leaves nothing that signs, and the next try makes both anew.
    _write_whole(folder / PUBLIC_NAME, key.public_pem, mode=0o644)
    _write_whole(folder / SECRET_NAME, pem, mode=0o600)
    return key


def load_signing_key(folder: Path) -> SigningKey:
    """Return the signing key of a folder.

    Raises:
        SigningKeyError: There is none, it is no Ed25519 key, or others than its owner can read it.
    """
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    path = folder / SECRET_NAME
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise SigningKeyError(f"{path.name}: others than its owner can read it; chmod 600 it")
        private = load_pem_private_key(path.read_bytes(), password=None)
    except FileNotFoundError:
        raise SigningKeyError(f"{path.name}: there is no signing key in {folder.name}; make one first") from None
    except (ValueError, TypeError):
        raise SigningKeyError(f"{path.name}: not a private key in PEM") from None
    if not isinstance(private, Ed25519PrivateKey):
        raise SigningKeyError(f"{path.name}: not an Ed25519 key")
    return SigningKey(_public_pem(private.public_key()), private)


def is_signature(signature: bytes, content: bytes, *, public_pem: bytes) -> bool:
    """Return whether a signature of some bytes was made by the holder of a public key.

    Raises:
        SigningKeyError: The public key is no Ed25519 key in PEM.
    """
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from cryptography.hazmat.primitives.serialization import load_pem_public_key

    try:
        public = load_pem_public_key(public_pem)
    except ValueError:
        raise SigningKeyError("the public key is not in PEM") from None
    if not isinstance(public, Ed25519PublicKey):
        raise SigningKeyError("the public key is not an Ed25519 key")
    try:
        public.verify(signature, content)
    except InvalidSignature:
        return False
    return True


def fingerprint(public_pem: bytes) -> str:
    """Return the first 16 hex digits of a public key's sha256."""
    return hashlib.sha256(public_pem).hexdigest()[:16]


def _public_pem(public: "Ed25519PublicKey") -> bytes:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _write_whole(path: Path, content: bytes, *, mode: int) -> None:
    unfinished = path.with_name(f".{path.name}.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
