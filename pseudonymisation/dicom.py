"""Top-level attributes of one DICOM file as text; never pixel data, private or nested content, file meta or preamble.

A file that cannot be followed to its pixel data or its end is refused with a fixed reason. What may leave is the
policy's business.
"""

import struct
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, cast

from pseudonymisation.dicom_bytes import UNDEFINED, inflated, is_implicit, step_over_items
from pseudonymisation.errors import DicomReject

if TYPE_CHECKING:
    from pydicom.dataelem import RawDataElement

CHARACTER_SET = 0x00080005
TRANSFER_SYNTAX = 0x00020010
PIXEL_DATA = frozenset({0x7FE00008, 0x7FE00009, 0x7FE00010})
DEFLATED = "1.2.840.10008.1.2.1.99"
BIG_ENDIAN = "1.2.840.10008.1.2.2"
PREAMBLE = 128
# Value representations whose values are text of the default repertoire, and of the file's own character set.
PLAIN_TEXT = frozenset({"AE", "AS", "CS", "DA", "DS", "DT", "IS", "TM", "UI", "UR"})
LOCAL_TEXT = frozenset({"LO", "LT", "PN", "SH", "ST", "UC", "UT"})
# Tab, line ends, form feed, backslash, `^` and `=` reset a text to its first character set (PS3.5, 6.1.2.5.3).
DELIMITERS = {0x09, 0x0A, 0x0C, 0x0D, 0x5C, 0x5E, 0x3D}


@dataclass(frozen=True)
class Limits:
    """How much of one file is looked at: bytes of the file, of its inflated form and of one value, and elements."""

    file_bytes: int = 4 * 1024**3
    inflated_bytes: int = 64 * 1024**2
    value_bytes: int = 64 * 1024
    elements: int = 100_000


def read_header(
    content: Path | bytes,
    *,
    columns: Mapping[str, str],
    required: Collection[str] = ("SOPInstanceUID",),
    limits: Limits = Limits(),
) -> dict[str, str | None]:
    r"""Return the asked-for attributes of one file as text, several values joined by `\`; null where empty or absent.

    Args:
        columns: Name of the column -> DICOM keyword.
        required: Keywords without which the file is refused, as `missing_<keyword in snake_case>`.

    Raises:
        DicomReject: not_dicom, truncated, too_large, deflated_too_large, nested_too_deep, no_dataset, unreadable,
            or missing_….
    """
    try:
        with warnings.catch_warnings(), _opened(content) as file:
            # pydicom's warnings quote values.
            warnings.simplefilter("ignore")
            return _read(file, columns, required, limits)
    except (struct.error, EOFError):
        raise DicomReject("truncated") from None
    except RecursionError:
        raise DicomReject("nested_too_deep") from None
    except DicomReject as reject:
        raise DicomReject(reject.reason) from None
    except Exception:
        # Whatever else a hostile file brings a parser to, it is one file.
        raise DicomReject("unreadable") from None


def _opened(content: Path | bytes) -> BinaryIO:
    return BytesIO(content) if isinstance(content, bytes) else content.open("rb")


def _read(
    file: BinaryIO, columns: Mapping[str, str], required: Collection[str], limits: Limits
) -> dict[str, str | None]:
    from pydicom.datadict import tag_for_keyword

    tags = {keyword: tag_for_keyword(keyword) for keyword in {*columns.values(), *required}}
    if None in tags.values():
        raise ValueError("the policy names a keyword that DICOM does not have")
    if file.seek(0, 2) > limits.file_bytes:
        raise DicomReject("too_large")
    file.seek(PREAMBLE)
    if file.read(4) != b"DICM":
        raise DicomReject("not_dicom")
    syntax = _transfer_syntax(file)
    if syntax == DEFLATED:
        file = BytesIO(inflated(file, limit=limits.inflated_bytes))
    walk = _Walk(file, frozenset(tag for tag in tags.values() if tag), limits, little=syntax != BIG_ENDIAN)
    walk.to_pixel_data()
    values = {keyword: walk.text(tag or 0) for keyword, tag in tags.items()}
    for keyword in required:
        if values[keyword] is None:
            raise DicomReject(f"missing_{_snake_case(keyword)}")
    return {column: values[keyword] for column, keyword in columns.items()}


def _transfer_syntax(file: BinaryIO) -> str:
    """Return the transfer syntax that the file meta information states, empty where it does not."""
    from pydicom.filereader import data_element_generator

    meta = data_element_generator(
        file,
        is_implicit_VR=is_implicit(file),
        is_little_endian=True,
        stop_when=lambda tag, form, length: tag >> 16 != 2 or length == UNDEFINED,
        specific_tags=[TRANSFER_SYNTAX],
    )
    found = {int(element.tag): element.value for element in meta}
    return (found.get(TRANSFER_SYNTAX) or b"").decode("ascii", "replace").rstrip("\0 ")


@dataclass
class _Walk:
    """One pass over the top-level elements of a dataset, which keeps only the wanted ones."""

    file: BinaryIO
    wanted: frozenset[int]
    limits: Limits
    little: bool
    found: dict[int, "RawDataElement"] = field(default_factory=dict)
    elements: int = 0
    size: int = 0
    # Of the element that was met last: where its value begins and ends, and whether its length and kind are stated.
    value_at: int = 0
    value_end: int = 0
    is_undefined: bool = False
    is_unknown: bool = False
    stopped_at: int | None = None

    def to_pixel_data(self) -> None:
        """Read up to the pixel data, or to the exact end of the file.

        Raises:
            DicomReject: There is no dataset, or it cannot be followed so far.
        """
        start = self.file.tell()
        self.size = self.file.seek(0, 2)
        self.value_end = self.file.seek(start)
        if start > self.size:
            raise DicomReject("truncated")
        implicit = is_implicit(self.file)
        while True:
            self.stopped_at = None
            self._read_elements(implicit)
            if self.stopped_at is None:
                break
            if self.is_undefined:
                self.file.seek(self.value_at)
                step_over_items(self.file, size=self.size, implicit=implicit or self.is_unknown, little=self.little)
                self.value_end = self.file.tell()
            if self.stopped_at in PIXEL_DATA:
                return
        if self.elements == 0 and self.value_end == self.size:
            raise DicomReject("no_dataset")
        if self.value_end != self.size:
            raise DicomReject("truncated" if self.file.tell() == self.size else "unreadable")

    def _read_elements(self, implicit: bool) -> None:
        from pydicom.filereader import data_element_generator

        elements = data_element_generator(
            self.file, implicit, self.little, stop_when=self._is_stop, specific_tags=sorted(self.wanted)
        )
        # An element of undefined length, which pydicom would give another type, is never read.
        self.found.update((int(element.tag), cast("RawDataElement", element)) for element in elements)

    def _is_stop(self, tag: int, form: str | None, length: int) -> bool:
        """Note where the value of an element ends, and stop at pixel data and at a value that states no length."""
        self.elements += 1
        self.value_at = self.file.tell()
        self.is_undefined = length == UNDEFINED
        self.is_unknown = form == "UN"
        is_read = not self.is_undefined and (tag in self.wanted or tag == CHARACTER_SET)
        if self.elements > self.limits.elements or (is_read and length > self.limits.value_bytes):
            raise DicomReject("too_large")
        if self.is_undefined or tag in PIXEL_DATA:
            self.stopped_at = int(tag)
        if not self.is_undefined:
            self.value_end = self.value_at + length
            if self.value_end > self.size:
                raise DicomReject("truncated")
        return self.stopped_at is not None

    def text(self, tag: int) -> str | None:
        """Return the value of one attribute as text, null where it is empty or absent."""
        element = self.found.get(tag)
        if element is None or not element.value:
            return None
        values = (value.strip("\0 ") for value in self._decoded(element).split("\\"))
        return "\\".join(values).strip("\\") or None

    def _decoded(self, element: "RawDataElement") -> str:
        from pydicom.charset import convert_encodings, decode_bytes
        from pydicom.datadict import dictionary_VR
        from pydicom.values import convert_value

        content = element.value or b""
        # The dictionary knows better than a file that says `unknown` or nothing.
        form = element.VR if element.VR and element.VR != "UN" else dictionary_VR(element.tag)
        if form in PLAIN_TEXT:
            return content.decode("ascii", "replace")
        if form in LOCAL_TEXT:
            stated = self.found.get(CHARACTER_SET)
            names = (stated.value or b"" if stated else b"").decode("ascii", "replace").split("\\")
            return decode_bytes(content, convert_encodings([name.strip("\0 ") for name in names]), DELIMITERS)
        value = convert_value(form.split(" ")[0], element)
        return "\\".join(map(str, value if isinstance(value, list | tuple) else [value]))


def _snake_case(keyword: str) -> str:
    from re import sub

    return sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", keyword).lower()
