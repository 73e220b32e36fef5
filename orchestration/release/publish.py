"""Publish a candidate: copy, judge the copy, describe, sign, and move it into place with one rename.

Nothing else writes to `releases/`. A crash at any point leaves either no release or a whole one; what lies in staging
is swept at the next start.
"""

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from expectations.gate import GateResult
from orchestration.release.candidate import Candidate
from orchestration.release.errors import GateRefused, ReleaseDamaged, ReleaseError, ReleaseExists
from orchestration.release.manifest import (
    MANIFEST,
    SIGNATURE,
    FileEntry,
    Origin,
    canonical,
    file_digest,
    manifest_of,
)
from orchestration.release.signing import SigningKey
from orchestration.release.verify import verify

GATE = "validation/gate.json"
LOCK = ".lock"
Evaluate = Callable[[Sequence[Path]], GateResult]


class Describe(Protocol):
    """Returns the pages and descriptions that stand beside the data, by their path in the release."""

    def __call__(
        self, *, files: Sequence[FileEntry], paths: Sequence[Path], gate: GateResult
    ) -> Mapping[str, bytes]: ...


@dataclass(frozen=True)
class Published:
    """One release that lies in its place. `already` says that an earlier run had published it."""

    id: str
    path: Path
    rows: int
    already: bool


def publish(
    candidate: Candidate,
    *,
    origin: Origin,
    releases: Path,
    staging: Path,
    evaluate: Evaluate,
    describe: Describe,
    signing_key: SigningKey,
    step: Callable[[str], None] = lambda name: None,
) -> Published:
    """Publish a candidate under `releases`, and return the release; the same content twice is one release.

    Args:
        staging: A folder on the same filesystem, used by publishers alone.
        evaluate: The gate, given the files of data as they are about to be published.
        describe: Says what shall stand beside the data, e.g. `describe_release` with all else given.
        step: Called with the name of each step before it is done.

    Raises:
        GateRefused: A rule does not hold. The candidate stays where it is, with the gate's result beside it.
        ReleaseExists: This version is published with other content.
        ReleaseDamaged: This version is published, but no longer as it was signed.
    """
    with _alone(staging, step):
        _check_same_filesystem(staging, releases)
        folder = staging / "release"
        data = _copy(candidate, folder, step)
        result = _judge(candidate, data, folder, evaluate=evaluate, step=step)
        manifest = _write_release(folder, data, result, origin=origin, describe=describe, key=signing_key, step=step)
        target = releases / origin.place
        already = target.exists()
        if already:
            step("compare")
            _check_same_release(target, manifest, origin, signing_key)
            _remove(folder)
        else:
            _place(folder, target, releases, step)
        step("seal")
        target.chmod(0o555)
    return Published(file_digest(target / MANIFEST), target, sum(entry.rows or 0 for entry in data), already)


@contextmanager
def _alone(staging: Path, step: Callable[[str], None]) -> Iterator[None]:
    """Hold `staging` for one publisher, and sweep what a killed one left; the kernel lets go at the process's end."""
    step("lock")
    staging.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(staging / LOCK, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        step("sweep")
        for left in staging.iterdir():
            if left.name != LOCK:
                _remove(left)
        yield
    finally:
        os.close(descriptor)


def _check_same_filesystem(staging: Path, releases: Path) -> None:
    releases.mkdir(parents=True, exist_ok=True, mode=0o700)
    if staging.stat().st_dev != releases.stat().st_dev:
        raise ReleaseError("staging and releases lie on two filesystems, so a release cannot appear at once; move one")


def _copy(candidate: Candidate, folder: Path, step: Callable[[str], None]) -> tuple[FileEntry, ...]:
    """Copy the candidate's data into staging, and return what was copied."""
    step("stage")
    folder.mkdir(mode=0o700)
    entries = []
    for name, source in zip(candidate.files, candidate.paths, strict=True):
        step("copy")
        path = folder / name
        path.parent.mkdir(exist_ok=True, mode=0o700)
        try:
            shutil.copyfile(source, path)
        except FileNotFoundError:
            raise ReleaseError(f"{candidate.folder.name}: the candidate lacks {name}; make it again") from None
        path.chmod(0o400)
        entries.append(_entry(folder, name, rows=_rows(path)))
    return tuple(entries)


def _judge(
    candidate: Candidate, data: Sequence[FileEntry], folder: Path, *, evaluate: Evaluate, step: Callable[[str], None]
) -> GateResult:
    """Return the gate's result for the copied files, and leave it beside the candidate.

    Raises:
        GateRefused: A rule does not hold.
    """
    step("evaluate")
    result = evaluate([folder / entry.path for entry in data])
    if any(file_digest(folder / entry.path) != entry.sha256 for entry in data):
        raise ReleaseError("the staged data changed while the gate looked at them; nothing was published")
    report = candidate.folder / GATE
    report.parent.mkdir(exist_ok=True, mode=0o700)
    report.write_bytes(canonical(result.as_dict()))
    if result.passed:
        return result
    _remove(folder)
    broken = ", ".join(result.broken) or "no rule was evaluated"
    raise GateRefused(
        f"{candidate.folder.name}: the gate refused the release: {broken}; reasons and counts: {report}",
        rules=result.broken,
    )


def _write_release(
    folder: Path,
    data: tuple[FileEntry, ...],
    result: GateResult,
    *,
    origin: Origin,
    describe: Describe,
    key: SigningKey,
    step: Callable[[str], None],
) -> bytes:
    """Write what stands beside the data, the manifest and its signature last, and return the manifest."""
    step("describe")
    described = describe(files=data, paths=[folder / entry.path for entry in data], gate=result)
    pages = {GATE: canonical(result.as_dict()), **described}
    for name, content in sorted(pages.items()):
        step("write")
        _write(folder / name, content)
    entries = [*data, *(_entry(folder, name, rows=None) for name in sorted(pages))]
    step("manifest")
    manifest = canonical(manifest_of(origin, entries, suite_version=result.suite_version, signed_by=key.fingerprint))
    _write(folder / MANIFEST, manifest)
    step("sign")
    _write(folder / SIGNATURE, key.sign(manifest))
    return manifest


def _place(folder: Path, target: Path, releases: Path, step: Callable[[str], None]) -> None:
    """Make the staged folder read-only and durable, and move it into place."""
    step("sync")
    for place, _, names in os.walk(folder, topdown=False):
        for name in names:
            path = Path(place) / name
            path.chmod(0o444)
            _sync(path)
        if Path(place) != folder:
            Path(place).chmod(0o555)
        _sync(Path(place))
    step("make place")
    for parent in (target.parent.parent, target.parent):
        parent.mkdir(exist_ok=True, mode=0o700)
        _sync(parent.parent)
    step("rename")
    # Moving a folder rewrites its entry for the parent, so the folder itself is made read-only only afterwards.
    folder.rename(target)
    step("sync place")
    _sync(target.parent)


def _check_same_release(target: Path, manifest: bytes, origin: Origin, key: SigningKey) -> None:
    problems = verify(target, public_key=key.public_pem)
    if problems:
        raise ReleaseDamaged(
            f"{origin.name}: is published, but its folder has {len(problems)} problems; see `cohortgate verify`, then"
            " restore it from a backup or release a new version"
        )
    if (target / MANIFEST).read_bytes() != manifest:
        raise ReleaseExists(
            f"{origin.name}: is published with other content, and a version never changes; give the request a new"
            " version"
        )


def _entry(folder: Path, name: str, *, rows: int | None) -> FileEntry:
    path = folder / name
    return FileEntry(name, file_digest(path), path.stat().st_size, rows)


def _rows(path: Path) -> int:
    from pyarrow import ArrowException
    from pyarrow.parquet import read_metadata

    try:
        return int(read_metadata(path).num_rows)
    except (ArrowException, OSError):
        raise ReleaseError(f"{path.name}: the candidate's data cannot be read; make it again") from None


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove(path: Path) -> None:
    """Delete a file or folder of staging, whatever its modes."""
    if not path.is_dir() or path.is_symlink():
        path.unlink()
        return
    for place, _, _ in os.walk(path):
        Path(place).chmod(0o700)
    shutil.rmtree(path)
