"""Pseudonyms of identifiers and DICOM UIDs; what a key is derived from belongs to `keys.py`.

Stateless: there is no table of pseudonyms to lose or to leak.
Source: HMAC-SHA256, RFC 2104, truncated to 128 bits; UIDs below 2.25, DICOM PS3.5 annex B.2.
"""

import hmac
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from pseudonymisation.keys import PseudonymKey

if TYPE_CHECKING:
    import pyarrow as pa

HEX_DIGITS = 32


def pseudonym(identifier: str, *, key: PseudonymKey) -> str:
    """Return the 32-hex-digit pseudonym of one normalised identifier.

    Same identifier and key, same pseudonym; another key or domain, unlinkable.

    Args:
        identifier: Normalised, e.g. a 10-digit NHS number with no spaces.
    """
    return next(_pseudonyms_of((identifier,), key))


def uid(identifier: str, *, key: PseudonymKey) -> str:
    """Return the DICOM UID, `2.25.` and a 128-bit number, that stands for one UID."""
    return _as_uid(pseudonym(identifier, key=key))


def pseudonyms(distinct: "pa.Array", *, key: PseudonymKey) -> "pa.Array":
    """Return the pseudonym of each distinct identifier, as text in the same order; null stays null."""
    return _mapped(distinct, key, lambda digits: digits)


def uids(distinct: "pa.Array", *, key: PseudonymKey) -> "pa.Array":
    """Return the DICOM UID that stands for each distinct UID, in the same order; null stays null."""
    return _mapped(distinct, key, _as_uid)


def _mapped(distinct: "pa.Array", key: PseudonymKey, form: Callable[[str], str]) -> "pa.Array":
    import pyarrow as pa

    values = distinct.to_pylist()
    made = _pseudonyms_of((value for value in values if value is not None), key)
    return pa.array([None if value is None else form(next(made)) for value in values], pa.string())


def _pseudonyms_of(identifiers: Iterable[str], key: PseudonymKey) -> Iterator[str]:
    # No domain holds a zero byte, so that no identifier of one domain reads like one of another.
    prepared = hmac.new(key.secret, key.domain.encode() + b"\0", "sha256")
    for identifier in identifiers:
        code = prepared.copy()
        # Text that was read from damaged bytes can hold lone surrogates, which UTF-8 refuses.
        code.update(identifier.encode("utf-8", "surrogatepass"))
        yield code.hexdigest()[:HEX_DIGITS]


def _as_uid(digits: str) -> str:
    return f"2.25.{int(digits, 16)}"
