import base64
import gzip
import json
from pathlib import Path

import duckdb

from orchestration.extract.fhir import read
from orchestration.extract.landing import Landed, Reject
from pseudonymisation.policy import load_policy

TABLES = load_policy("fhir").tables
PATIENT = {
    "resourceType": "Patient",
    "id": "a1",
    "identifier": [
        {"system": "urn:other", "value": "x"},
        {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "9990000018"},
    ],
    "name": [{"family": "Example", "given": ["Ann"]}],
    "link": [{"type": "replaced-by", "other": {"reference": "Patient/b2"}}],
    "photo": [{"data": "…"}],
}
REPORT = {
    "resourceType": "DiagnosticReport",
    "id": "r1",
    "subject": {"reference": "urn:uuid:a1"},
    "effectiveDateTime": "2024-01-02T03:04:05+01:00",
    "presentedForm": [{"data": base64.b64encode("Clear lungs. Señor".encode()).decode()}],
}


def landed_of(source: Path, into: Path, *names: str) -> dict[str, tuple[Landed, list[Reject]]]:
    tables = {name: TABLES[name] for name in names}
    return {table.table: (table, rejects) for table, rejects in read(source, tables, into, spill=into)}


def one_row(into: Path, table: str) -> dict[str, object]:
    relation = duckdb.sql(f"select * from '{into}/{table}/*.parquet'")
    return dict(zip(relation.columns, relation.fetchall()[0], strict=True))


def written(folder: Path, name: str, *lines: dict[str, object] | str | bytes) -> Path:
    encoded = [json.dumps(line) if isinstance(line, dict) else line for line in lines]
    content = b"".join((line.encode() if isinstance(line, str) else line) + b"\n" for line in encoded)
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)
    return folder / name


def test_an_element_is_picked_by_the_code_beside_it(tmp_path: Path) -> None:
    written(tmp_path, "Patient.ndjson", PATIENT)
    landed_of(tmp_path, tmp_path / "into", "patient_identity")
    row = one_row(tmp_path / "into", "patient_identity")
    assert (row["nhs_number"], row["family_name"], row["replaced_by"]) == ("9990000018", "Example", "b2")
    assert row["postcode"] is None


def test_an_element_that_no_path_names_is_dropped_and_named(tmp_path: Path) -> None:
    written(tmp_path, "Patient.ndjson", PATIENT)
    table, _ = landed_of(tmp_path, tmp_path / "into", "patient_identity")["patient_identity"]
    assert table.dropped == ("photo",)


def test_base64_text_arrives_decoded_and_references_without_their_prefix(tmp_path: Path) -> None:
    written(tmp_path, "DiagnosticReport.000.ndjson.gz", REPORT)
    landed_of(tmp_path, tmp_path / "into", "diagnostic_report")
    row = one_row(tmp_path / "into", "diagnostic_report")
    assert (row["report_text"], row["subject"]) == ("Clear lungs. Señor", "a1")


def test_each_bad_line_is_a_reject_with_its_number_and_a_reason(tmp_path: Path) -> None:
    other = {"resourceType": "Practitioner", "id": "p"}
    written(tmp_path, "Patient.ndjson", PATIENT, '{"resourceType": "Patient", ', b"\xff\xfe", other, "", "[]", PATIENT)
    table, rejects = landed_of(tmp_path, tmp_path / "into", "patient")["patient"]
    assert (table.read, table.landed) == (6, 2)
    assert {reject.row: reject.reason for reject in rejects} == {
        2: "not_json", 3: "not_utf8", 4: "wrong_resource_type", 6: "wrong_resource_type",
    }  # fmt: skip


def test_a_file_cut_in_the_middle_keeps_what_came_before_and_says_so(tmp_path: Path) -> None:
    path = written(tmp_path, "Patient.ndjson.gz", *[{**PATIENT, "id": f"a{n}"} for n in range(5000)])
    path.write_bytes(path.read_bytes()[:-200])
    table, rejects = landed_of(tmp_path, tmp_path / "into", "patient")["patient"]
    assert table.rejected["truncated_file"] == 1
    assert table.landed > 0
    assert rejects[0].row is None or rejects[-1].row is None


def test_a_resource_type_that_is_not_there_lands_nothing(tmp_path: Path) -> None:
    table, _ = landed_of(tmp_path, tmp_path / "into", "encounter")["encounter"]
    assert (table.read, table.landed) == (0, 0)
