"""The trust as its own extracts: seven CSV files with names of the NHS Data Dictionary.

All files have a header, commas, double quotes where needed, an empty field for null, and UTC times.

| file | one row per | bytes | dates |
|---|---|---|---|
| pas_patients.csv | registration | UTF-8, LF | YYYY-MM-DD |
| ed_attendances.csv | emergency attendance | UTF-8 with a byte order mark, LF | date and time apart |
| apc_spells.csv | inpatient spell | UTF-8, LF | DD/MM/YYYY, time apart |
| labs.csv | test result, HbA1c or blood culture | UTF-8, LF; a few bad lines | YYYY-MM-DD HH:MM:SS |
| vitals.csv | round of bedside observations | UTF-8, LF | YYYY-MM-DD HH:MM:SS |
| eye_screening.csv | eye screening with both eyes | UTF-8, LF | YYYY-MM-DD HH:MM:SS |
| ris_exams.csv | imaging examination | Windows-1252, CRLF; a few bad lines | DD-MON-YYYY HH:MM |

A bad line is cut short, has too many fields, or bytes that the encoding does not know; it is one line too many.
`ris_exams.csv` holds letters that Windows-1252 lacks in their plain form (Łukasz becomes Lukasz).
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb

from orchestration.synth.database import append_csv
from orchestration.synth.trust_csv_tables import TABLES

# These letters have no decomposition in Unicode.
_WITHOUT_MARK = {"Ł": "L", "ł": "l", "\N{LATIN SMALL LETTER DOTLESS I}": "i"}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def to_windows_1252(utf8: bytes) -> bytes:
    """Return text in Windows-1252 with CRLF; a letter it lacks loses its mark."""
    text = utf8.decode().replace("\n", "\r\n")
    lacking = {letter for letter in set(text) if not _fits(letter)}
    return text.translate({ord(letter): _plain(letter) for letter in lacking}).encode("cp1252")


@dataclass(frozen=True)
class _Form:
    """How one file is written: first bytes, encoding of rows, and the bad lines at its end."""

    start: bytes = b""
    recode: Callable[[bytes], bytes] = bytes
    bad_lines: tuple[bytes, ...] = ()


_FORMS = {
    "pas_patients": _Form(),
    "ed_attendances": _Form(start=_BYTE_ORDER_MARK),
    "apc_spells": _Form(),
    "labs": _Form(
        bad_lines=(
            b"G0000001,L0000001,creat\n",
            b"G0000002,L0000002,\xff\xfecreatinine,2703-7,2025-01-01 00:00:00,2025-01-01 01:00:00,81,umol/L,0\n",
            b"G0000003,L0000003,cr\x00eatinine,14682-9,2025-01-01 00:00:00,2025-01-01 01:00:00,81,umol/L,0,more\n",
        )
    ),
    "vitals": _Form(),
    "eye_screening": _Form(),
    "ris_exams": _Form(
        recode=to_windows_1252,
        bad_lines=(b"RJ1000000000,G0000001,XR Ch\x81st,\x8d\r\n", b"RJ1000000000,G0000001,\x9dXR\r\n"),
    ),
}

BAD_LINES = {name: len(form.bad_lines) for name, form in _FORMS.items() if form.bad_lines}


def write_trust_csv(con: duckdb.DuckDBPyConnection, folder: Path, chunk: int) -> dict[str, int]:
    """Append the loaded chunk to each file; return the rows written, bad lines left out."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, query in TABLES.items():
        form, path = _FORMS[name], folder / f"{name}.csv"
        if chunk == 0:
            header = ",".join(con.sql(query).columns) + "\n"
            path.write_bytes(form.start + form.recode(header.encode()))
        written[name] = append_csv(con, query, path, recode=form.recode)
        if chunk == 0 and form.bad_lines:
            with path.open("ab") as file:
                file.writelines(form.bad_lines)
    return written


def _fits(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def _plain(letter: str) -> str:
    bare = _WITHOUT_MARK.get(letter, unicodedata.normalize("NFKD", letter)[0])
    return bare if _fits(bare) else "?"
