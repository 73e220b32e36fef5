"""The same people in two shapes: a cohort means the same whichever kind of source it was built from."""

import shutil
from pathlib import Path

import duckdb
import pytest

from tests.lib.trust import Trust, synthetic_trust


def only(trust: Trust, folder: Path, kind: str) -> Trust:
    """Return a site like another, whose only source is one shape of the same synthetic trust, and that is run."""
    site = Trust(folder)
    shutil.copytree(trust.config, site.config)
    shutil.copytree(trust.home / "keys", site.home / "keys")
    for path in [*site.config.glob("sources/*.yaml"), *site.config.glob("requests/*.yaml")]:
        path.unlink()
    source = {"name": "ehr", "kind": kind, "path": str(trust.synthetic / kind), "identity": "nhs_number"}
    site.write("sources/ehr.yaml", {**source, "opt_out": {"apply": True}})
    done = site.run("run")
    assert done.code == 0, done.printed
    return site


@pytest.fixture(scope="module")
def warehouses(tmp_path_factory: pytest.TempPathFactory) -> duckdb.DuckDBPyConnection:
    trust = synthetic_trust(tmp_path_factory.mktemp("trust"), patients=500)
    make_keys(trust)
    connection = duckdb.connect()
    for kind in ("omop", "fhir"):
        site = only(trust, tmp_path_factory.mktemp(kind), kind)
        connection.execute(f"attach '{site.home}/warehouse/cohortgate.duckdb' as {kind} (read_only)")
    return connection


def make_keys(trust: Trust) -> None:
    from orchestration.site import open_site

    open_site(trust.home, trust.config, randomness=lambda size: bytes(range(size)))


@pytest.mark.parametrize("cohort", ["cohort_sepsis_onset", "cohort_diabetic_eye"])
def test_a_cohort_has_the_same_rows_from_omop_as_from_fhir(warehouses: duckdb.DuckDBPyConnection, cohort: str) -> None:
    rows = {
        kind: warehouses.execute(f"select count(*) from {kind}.main.{cohort}").fetchall() for kind in ("omop", "fhir")
    }
    assert rows["omop"] == rows["fhir"]
    assert rows["omop"] != [(0,)]
    different = warehouses.execute(
        f"select count(*) from (select * from omop.main.{cohort} except all select * from fhir.main.{cohort})"
    ).fetchall()
    assert different == [(0,)]
