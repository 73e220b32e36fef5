"""How DICOM lays bytes out, as far as finding the end of a value takes it; what a value means belongs to pydicom.

pydicom builds every nested item in memory, one call deeper per level. A file can nest without end, so values
without a stated length are stepped over here instead, in constant memory.
Source: DICOM PS3.5, sections 7.1 and 7.5, annex A.
"""

import struct
import zlib
from typing import BinaryIO

from pseudonymisation.errors import DicomReject

UNDEFINED = 0xFFFFFFFF
ITEM = 0xFFFEE000
ITEM_END = 0xFFFEE00D
SEQUENCE_END = 0xFFFEE0DD
# These explicit value representations have two reserved bytes and then a length of four bytes.
LONG_FORMS = frozenset({b"OB", b"OD", b"OF", b"OL", b"OV", b"OW", b"SQ", b"SV", b"UC", b"UN", b"UR", b"UT", b"UV"})
MAX_DEPTH = 100
MARGIN = 64 * 1024
MAX_ELEMENTS = 1_000_000


def inflated(content: BinaryIO, *, limit: int) -> bytes:
    """Return the rest of a deflated file.

    Raises:
        DicomReject: It is longer than `limit` bytes, does not end, or is not deflated.
    """
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        # Deflated data is hardly ever longer than what it holds.
        data = stream.decompress(content.read(limit + MARGIN), limit + 1)
    except zlib.error:
        raise DicomReject("unreadable") from None
    if len(data) > limit or (not stream.eof and content.read(1)):
        raise DicomReject("deflated_too_large")
    if not stream.eof:
        raise DicomReject("truncated")
    return data


def is_implicit(content: BinaryIO) -> bool:
    """Return whether the element that comes next states no value representation; the position stays."""
    start = content.tell()
    head = content.read(6)
    content.seek(start)
    return not _is_representation(head[4:6])


def step_over_items(content: BinaryIO, *, size: int, implicit: bool, little: bool) -> None:
    """Move past a value of undefined length: items, or fragments of pixel data, up to its delimiter.

    Raises:
        DicomReject: The file ends before the value does, nests deeper than `MAX_DEPTH`, or is malformed.
    """
    order = "<" if little else ">"
    # One entry for each open level: whether it holds items (else elements), and whether its elements are implicit.
    levels = [(True, implicit)]
    for _ in range(MAX_ELEMENTS):
        holds_items, implicit = levels[-1]
        tag, form, length = _head(content, order, implicit or holds_items)
        if tag == SEQUENCE_END or (tag == ITEM_END and not holds_items):
            # Some writers end a sequence without ending its last item.
            del levels[-2 if tag == SEQUENCE_END and not holds_items else -1 :]
            if not levels:
                return
        elif holds_items and tag != ITEM:
            raise DicomReject("unreadable")
        elif length == UNDEFINED:
            # Unknown content of undefined length is implicit, whatever the file is (PS3.5, 6.2.2).
            levels.append((not holds_items, implicit or form == b"UN"))
            if len(levels) > MAX_DEPTH:
                raise DicomReject("nested_too_deep")
        elif content.seek(length, 1) > size:
            raise DicomReject("truncated")
    raise DicomReject("too_large")


def _head(content: BinaryIO, order: str, implicit: bool) -> tuple[int, bytes, int]:
    """Return tag, value representation and length of the next element or item."""
    head = content.read(8)
    if len(head) < 8:
        raise DicomReject("truncated")
    group, element, length = struct.unpack(f"{order}HHL", head)
    form = head[4:6]
    if implicit or not _is_representation(form):
        return group << 16 | element, b"", length
    if form not in LONG_FORMS:
        return group << 16 | element, form, struct.unpack(f"{order}H", head[6:])[0]
    tail = content.read(4)
    if len(tail) < 4:
        raise DicomReject("truncated")
    return group << 16 | element, form, struct.unpack(f"{order}L", tail)[0]


def _is_representation(form: bytes) -> bool:
    return len(form) == 2 and form.isalpha() and form.isupper()
