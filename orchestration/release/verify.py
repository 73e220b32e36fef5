"""Say whether a release folder is exactly what was signed. Needs the folder and the trust's public key, no more.

The key must be given: one that lies beside what it vouches for could have been replaced with it.
"""

import json
import os
import stat
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from orchestration.release.errors import SigningKeyError
from orchestration.release.manifest import FORMAT, MANIFEST, SIGNATURE, canonical, file_digest
from orchestration.release.signing import fingerprint, is_signature


def verify(folder: Path, *, public_key: bytes | None) -> tuple[str, ...]:
    """Return what is wrong with a release folder; nothing, if it is untouched and signed by the key's holder.

    Args:
        public_key: The trust's `signing.pub`, got from the trust itself. Without it the content can be compared with
            the manifest, but not the manifest with anything, and that is reported as a problem.
    """
    manifest, problems = _read_manifest(folder)
    problems += _signature_problems(folder, public_key)
    if manifest is None:
        return tuple(problems)
    problems += _place_problems(folder, manifest)
    problems += _file_problems(folder, manifest["files"])
    return tuple(problems)


def expiry_warnings(folder: Path, *, today: date) -> tuple[str, ...]:
    """Return a warning if a release has expired; an expired release can still be untouched."""
    manifest, _ = _read_manifest(folder)
    if manifest is None or date.fromisoformat(manifest["expires_on"]) >= today:
        return ()
    return (f"expired on {manifest['expires_on']}: delete it, and every copy, or ask for a new approval",)


def _read_manifest(folder: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Return the manifest, and what is wrong with it; None if it cannot be used at all."""
    try:
        content = (folder / MANIFEST).read_bytes()
        manifest = json.loads(content)
        is_canonical = canonical(manifest) == content
    except OSError:
        return None, [f"{MANIFEST}: cannot be read"]
    except (ValueError, RecursionError):
        return None, [f"{MANIFEST}: is not JSON"]
    if not is_canonical or not _is_well_formed(manifest):
        return None, [f"{MANIFEST}: is not in the form in which releases are written"]
    return manifest, []


def _is_well_formed(manifest: Any) -> bool:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        return False
    names = all(isinstance(manifest.get(name), str) for name in ("pilot", "cohort", "version"))
    try:
        date.fromisoformat(manifest.get("expires_on", ""))
    except (ValueError, TypeError):
        return False
    files = manifest.get("files")
    return names and isinstance(files, dict) and all(isinstance(entry, dict) for entry in files.values())


def _signature_problems(folder: Path, public_key: bytes | None) -> list[str]:
    if public_key is None:
        return [f"{SIGNATURE}: no public key was given, so nothing says who made this release"]
    try:
        signature, content = (folder / SIGNATURE).read_bytes(), (folder / MANIFEST).read_bytes()
        signed = is_signature(signature, content, public_pem=public_key)
    except OSError:
        return [f"{SIGNATURE}: cannot be read"]
    except SigningKeyError as error:
        return [f"{SIGNATURE}: {error}"]
    return [] if signed else [f"{SIGNATURE}: not made by the key {fingerprint(public_key)}, or {MANIFEST} was changed"]


def _place_problems(folder: Path, manifest: Mapping[str, Any]) -> list[str]:
    place = (manifest["pilot"], manifest["cohort"], manifest["version"])
    if Path(os.path.abspath(folder)).parts[-3:] == place:
        return []
    return [f"{MANIFEST}: is that of {'/'.join(place)}; a copy of a release keeps these three folder names"]


def _file_problems(folder: Path, files: Mapping[str, Mapping[str, Any]]) -> list[str]:
    found, problems = _walk(folder)
    listed = files.keys() | {MANIFEST, SIGNATURE}
    problems += [f"{name}: is missing" for name in sorted(listed - found)]
    problems += [f"{name}: is not in the manifest" for name in sorted(found - listed)]
    for name in sorted(files.keys() & found):
        problems += _content_problems(folder / name, name, files[name])
    return problems


def _walk(folder: Path) -> tuple[set[str], list[str]]:
    """Return the regular files of a folder by their path in it, and what is neither a file nor a folder."""
    found, problems = set[str](), list[str]()
    for place, folders, names in os.walk(folder):
        for name in [*folders, *names]:
            path = Path(place) / name
            relative, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
            if stat.S_ISREG(mode):
                found.add(relative)
            elif not stat.S_ISDIR(mode):
                problems.append(f"{relative}: is neither a file nor a folder")
            elif not any(path.iterdir()):
                problems.append(f"{relative}: is an empty folder, and no release has one")
    return found, problems


def _content_problems(path: Path, name: str, entry: Mapping[str, Any]) -> list[str]:
    if path.stat().st_size != entry.get("bytes"):
        return [f"{name}: has another size than the manifest says"]
    if file_digest(path) != entry.get("sha256"):
        return [f"{name}: has other content than the manifest says"]
    if "rows" in entry and _rows(path) != entry["rows"]:
        return [f"{name}: has another number of rows than the manifest says"]
    return []


def _rows(path: Path) -> int | None:
    from pyarrow import ArrowException
    from pyarrow.parquet import read_metadata

    try:
        return int(read_metadata(path).num_rows)
    except (ArrowException, OSError):
        return None
