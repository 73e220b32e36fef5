"""The notes as JSON lines, each with the identifiers that were written into it.

| file | one line per |
|---|---|
| clinic_letters.jsonl | letter: clinic, eye screening result, emergency department |
| discharge_summaries.jsonl | discharge summary |
| radiology_reports.jsonl | report of a chest radiograph |

`identifiers` is a list of `{kind, text}`; every `text` stands in the note as it is.
"""

from pathlib import Path

import duckdb

from orchestration.synth.codes import CODE_NO
from orchestration.synth.database import write_lines
from orchestration.synth.json_sql import number, optional, resource_sql, text, words

FILES = {
    "clinic_letters": "clinic_letter",
    "discharge_summaries": "discharge_summary",
    "radiology_reports": "radiology_report",
}

_LINE = {
    "note_id": number("note_id"),
    "local_patient_identifier": text("people.mrn"),
    "nhs_number": optional(text("people.nhs_number")),
    "visit_id": optional(number("nullif(visit_id, 0)")),
    "accession_number": optional(text("known_exam.accession_number")),
    "written_at": text("strftime(written_at, '%Y-%m-%dT%H:%M:%S+00:00')"),
    "title": words("note.title"),
    "text": words("note_text"),
    "identifiers": number("to_json(identifiers)"),
}


def write_note_files(con: duckdb.DuckDBPyConnection, folder: Path, chunk: int) -> dict[str, int]:
    """Append the notes of the loaded chunk to the file of their kind; return the lines written."""
    folder.mkdir(parents=True, exist_ok=True)
    written = {}
    for name, note_class in FILES.items():
        source = f"""
            note

            inner join people using (person_id)

            left join (select exam_no, accession_number from exam) as known_exam using (exam_no)

            where code_no = {CODE_NO[note_class]}
        """
        with (folder / f"{name}.jsonl").open("wb" if chunk == 0 else "ab") as file:
            written[name] = write_lines(con, resource_sql(_LINE), file, source=source, order="note_id")
    return written
