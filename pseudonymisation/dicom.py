"""Top-level attributes of one DICOM file as text; never pixel data, private or nested content, file meta or preamble.

A file that cannot be read to its end is refused with a fixed reason. What may leave is the policy's business.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


class DicomReject(Exception):
    """One file that is not taken; `reason` is a fixed word and says nothing of the content."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """How much of one file is looked at."""

    file_bytes: int = 4 * 1024**3
    inflated_bytes: int = 64 * 1024**2
    value_characters: int = 1024


def read_header(
    content: Path | bytes, *, columns: Mapping[str, str], limits: Limits = Limits()
) -> dict[str, str | None]:
    r"""Return the asked-for attributes of one file as text, several values joined by `\`; null where empty or absent.

    Args:
        columns: Name of the column -> DICOM keyword.

    Raises:
        DicomReject: not_dicom, truncated, too_large, deflated_too_large, nested_too_deep, no_dataset,
            missing_sop_instance_uid, unreadable.
    """
    raise NotImplementedError
