"""The manifest: every file of a release with its sha256, and everything that the release was made from.

It holds no time of making: same data, code, keys and request give the same manifest, whose sha256 is the release's id.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from orchestration.config import Approval, Request

FORMAT = "cohortgate release 1"
MANIFEST, SIGNATURE = "manifest.json", "manifest.sig"
CODE = ("*.py", "*.sql", "*.yml", "*.yaml", "*.j2")


@dataclass(frozen=True)
class Origin:
    """Everything that a release was made from, beside its data. All of it is written into the manifest.

    Attributes:
        policies: The version of each policy that data passed through: `site`, and each kind of source.
        codelists: The sha256 of each code list.
        code: The digest of our own code, from `tree_digest`.
        libraries: The version of each library that can change the data, from `library_versions`.
        key_check_values: Of the keys behind the pseudonyms: `site`, `project`.
        opt_out: Evidence of how the National Data Opt-Out was applied; dates and digests, never a number of people.
    """

    request: Request
    cohort_version: str
    policies: Mapping[str, int]
    codelists: Mapping[str, str]
    code: str
    libraries: Mapping[str, str]
    key_check_values: Mapping[str, str]
    opt_out: Mapping[str, Any]

    @property
    def place(self) -> Path:
        """The folder of the release, below that of all releases."""
        return Path(self.request.pilot) / self.request.cohort / self.request.version

    @property
    def name(self) -> str:
        """The release as people call it."""
        return f"{self.request.pilot}/{self.request.cohort} {self.request.version}"


@dataclass(frozen=True)
class FileEntry:
    """One file of a release: its path in the folder, its sha256, its size, and its rows if it holds data."""

    path: str
    sha256: str
    bytes: int
    rows: int | None

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as it stands in the manifest, under its path."""
        known = {"sha256": self.sha256, "bytes": self.bytes}
        return known if self.rows is None else {**known, "rows": self.rows}


def manifest_of(origin: Origin, files: Iterable[FileEntry], *, suite_version: int, signed_by: str) -> dict[str, Any]:
    """Return the manifest of a release.

    Args:
        signed_by: Fingerprint of the key that signs.
    """
    request = origin.request
    return {
        "format": FORMAT,
        "pilot": request.pilot,
        "cohort": request.cohort,
        "version": request.version,
        "expires_on": request.expires_on.isoformat(),
        "recipients": list(request.recipients),
        "request": {"name": request.name, "sha256": digest_of(request.model_dump(mode="json"))},
        "approvals": [_approval(approval) for approval in request.approvals],
        "versions": {
            "cohort": origin.cohort_version,
            "policies": dict(origin.policies),
            "suite": suite_version,
            "codelists": dict(origin.codelists),
            "code": origin.code,
            "libraries": dict(origin.libraries),
        },
        "key_check_values": dict(origin.key_check_values),
        "opt_out": dict(origin.opt_out),
        "signed_by": signed_by,
        "files": {entry.path: entry.as_dict() for entry in files},
    }


def canonical(content: Any) -> bytes:
    """Return the one form in which some content is written: sorted keys, two spaces, UTF-8, a newline at the end.

    Raises:
        ValueError: A number in it is not finite.
    """
    text = json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False, allow_nan=False)
    return text.encode("utf-8") + b"\n"


def digest_of(content: Any) -> str:
    """Return the sha256 of some content in its canonical form, as hex digits."""
    return hashlib.sha256(canonical(content)).hexdigest()


def file_digest(path: Path) -> str:
    """Return the sha256 of a file, as hex digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def tree_digest(root: Path, *, folders: Iterable[str]) -> str:
    """Return one sha256 over the code below some folders of `root`; names count, places on disk do not."""
    paths = {path for folder in folders for pattern in CODE for path in (root / folder).rglob(pattern)}
    return digest_of({path.relative_to(root).as_posix(): file_digest(path) for path in paths})


def library_versions(names: Iterable[str]) -> dict[str, str]:
    """Return the installed version of each library."""
    return {name: metadata.version(name) for name in names}


def _approval(approval: Approval) -> dict[str, str]:
    approved_on: date = approval.approved_on
    return {"role": approval.role, "name": approval.name, "approved_on": approved_on.isoformat()}
