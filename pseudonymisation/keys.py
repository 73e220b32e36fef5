"""One master key of 32 bytes per site, and every other key derived from it; keys come from a provider.

Source: HKDF-SHA256, RFC 5869. Labels keep keys of different levels, projects, purposes and epochs apart.
"""

import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from pseudonymisation.errors import KeyFault

KEY_BYTES = 32
LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class PseudonymKey:
    """A key for one kind of identifier; equal identifiers of two domains get unrelated pseudonyms."""

    domain: str
    secret: bytes = field(repr=False)


@dataclass(frozen=True)
class SiteKeys:
    """All keys of one site. Only the master key is stored; losing it loses every link to earlier releases."""

    master: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.master) != KEY_BYTES:
            raise KeyFault(f"the site's master key must have {KEY_BYTES} bytes, it has {len(self.master)}")

    def site(self, domain: str) -> PseudonymKey:
        """Return the key of the pseudonyms inside the trust, for one domain (`person`, `accession` …)."""
        return PseudonymKey(_label(domain), derive(self.master, "site-pseudonym"))

    def uid(self) -> PseudonymKey:
        """Return the key of the DICOM UIDs inside the trust."""
        return PseudonymKey("uid", derive(self.master, "site-uid"))

    def project(self, project: str, *, purpose: str, epoch: int) -> PseudonymKey:
        """Return the key of one project's own pseudonyms for one purpose (`person`, `uid`, `order` …).

        A new epoch makes new pseudonyms; there is no bridge between two epochs or two projects.
        """
        if epoch < 1:
            raise KeyFault("the epoch of a project key must be 1 or more")
        return PseudonymKey(purpose, derive(self.master, "project", _label(project), _label(purpose), str(epoch)))

    def key_check_value(self) -> str:
        """Return 8 hex digits that tell whether this is the key it was last time, and nothing else about it."""
        import hmac

        return hmac.digest(self.master, b"key check value v1", "sha256")[:4].hex()


class KeyProvider(Protocol):
    """Where a site's keys are kept."""

    def site_keys(self) -> SiteKeys:
        """Return the keys of the site.

        Raises:
            KeyFault: There is no key, or it must not be used as it lies there.
        """
        ...


@dataclass(frozen=True)
class FileKeyProvider:
    """A master key as 64 hex digits in a file that only its owner can read."""

    path: Path

    def site_keys(self) -> SiteKeys:
        """Return the keys of the site.

        Raises:
            KeyFault: The file is not there, not a plain file, open to others, or does not hold one key.
        """
        try:
            descriptor = os.open(self.path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            raise KeyFault(f"{self.path}: no key that this user can read; create or restore the site's key") from None
        try:
            found = os.fstat(descriptor)
            if not stat.S_ISREG(found.st_mode) or found.st_mode & 0o077 or found.st_uid != os.geteuid():
                raise KeyFault(f"{self.path}: must be a file of this user with mode 0600 (chmod 600)")
            content = os.read(descriptor, 2 * KEY_BYTES + 2)
        finally:
            os.close(descriptor)
        try:
            master = bytes.fromhex(content.decode("ascii"))
        except ValueError:
            raise KeyFault(f"{self.path}: does not hold one key of {2 * KEY_BYTES} hex digits") from None
        return SiteKeys(master)

    def create(self, *, randomness: Callable[[int], bytes]) -> SiteKeys:
        """Write a new master key and return the keys of the site; never over an existing file.

        Args:
            randomness: Returns that many unpredictable bytes, e.g. `secrets.token_bytes`.

        Raises:
            KeyFault: A key is there already, or the folder cannot be written to.
        """
        keys = SiteKeys(randomness(KEY_BYTES))
        try:
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        except FileExistsError:
            raise KeyFault(f"{self.path}: a key is there already; it is never replaced") from None
        except OSError:
            raise KeyFault(f"{self.path}: cannot be written; check the folder") from None
        with open(descriptor, "wb") as file:
            file.write(keys.master.hex().encode() + b"\n")
            file.flush()
            os.fsync(descriptor)
        return keys


def derive(master: bytes, *labels: str) -> bytes:
    """Return the 32-byte key that a master key has for these labels."""
    # A label cannot hold the separator, so two lists of labels never read alike.
    return hkdf_sha256(master, info="|".join(["cohortgate/v1", *labels]).encode(), length=KEY_BYTES)


def hkdf_sha256(secret: bytes, *, info: bytes, length: int, salt: bytes | None = None) -> bytes:
    """Return `length` bytes derived from a secret.

    Source: RFC 5869, extract and expand with SHA-256.
    """
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(secret)


def _label(text: str) -> str:
    if not LABEL.fullmatch(text):
        raise KeyFault("a key label is letters, digits, '.', '_' and '-', at most 64")
    return text
