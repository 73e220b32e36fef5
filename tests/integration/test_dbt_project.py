"""The dbt project as a whole: locked, documented, portable, empty-proof; nothing of it writes into the checkout."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
import sqlglot
from sqlglot.errors import ErrorLevel

from tests.lib.dbt_tables import PROJECT, DbtHome, make_home

# What a model may try, and what it must not get. `{outside}` is a folder beside the zone, `{zone}` the zone itself.
ESCAPES = {
    "read_a_file_of_the_machine": "select * from read_text('/etc/hostname')",
    "read_above_its_zone": "select * from read_text('{zone}/../secret.txt')",
    "read_through_a_link": "select * from read_text('{zone}/link/secret.txt')",
    "list_folders": "select * from glob('/etc/*')",
    "read_the_landing_zone": "select * from read_parquet('{outside}/*.parquet')",
    "read_the_network": "select * from read_text('https://example.org/')",
}
STATEMENTS = {
    "copy_a_table_out": "copy (select 1 as one) to '{outside}/copied.csv'",
    "export_the_warehouse": "export database '{outside}/exported'",
    "attach_a_database": "attach '{outside}/attached.duckdb'",
    "install_an_extension": "install httpfs",
    "load_an_extension": "load '{outside}/httpfs.duckdb_extension'",
    "allow_external_access": "set enable_external_access = true",
    "allow_more_folders": "set allowed_directories = ['/']",
    "unlock_the_configuration": "set lock_configuration = false",
}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> DbtHome:
    home = make_home(tmp_path_factory.mktemp("empty"), {})
    home.build("--quiet")
    return home


@pytest.fixture(scope="module")
def manifest(built: DbtHome) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((built.target / "manifest.json").read_text())
    return content


@pytest.fixture(scope="module")
def escaped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Return the result of each escape, run as a model of a copy of the project."""
    root = tmp_path_factory.mktemp("escape")
    project = root / "project"
    shutil.copytree(
        PROJECT, project, ignore=shutil.ignore_patterns("staging", "intermediate", "cohorts", "attrition", "tests")
    )
    home = make_home(root / "home", {}, project=project)
    (home.root / "secret.txt").write_text("secret")
    outside = root / "outside"
    outside.mkdir()
    (home.zone / "link").symlink_to(home.root)
    places = {"outside": outside, "zone": home.zone}
    models = project / "models"
    models.mkdir(exist_ok=True)
    (models / "stay_inside.sql").write_text(
        "select * from read_parquet('{zone}/*/*/*.parquet', union_by_name = true)".format(**places)
    )
    for name, query in ESCAPES.items():
        (models / f"{name}.sql").write_text(query.format(**places))
    for name, statement in STATEMENTS.items():
        hook = statement.format(**places).replace('"', "'")
        (models / f"{name}.sql").write_text(f'{{{{ config(pre_hook="{hook}") }}}}\nselect 1 as one')
    home.dbt("run", "--quiet")
    assert list(outside.iterdir()) == []
    results = json.loads((home.target / "run_results.json").read_text())["results"]
    return {result["unique_id"].split(".")[-1]: result for result in results}


@pytest.mark.parametrize("name", [*ESCAPES, *STATEMENTS])
def test_a_model_cannot(escaped: dict[str, dict[str, Any]], name: str) -> None:
    assert escaped[name]["status"] == "error"
    refusals = (
        "disabled by configuration",
        "disabled through configuration",
        "configuration has been locked",
        "Cannot ",
    )
    assert any(refusal in escaped[name]["message"] for refusal in refusals)


def test_a_model_can_read_its_zone(escaped: dict[str, dict[str, Any]]) -> None:
    assert escaped["stay_inside"]["status"] == "success"


def test_a_connection_that_is_not_locked_stops_the_run(tmp_path: Path) -> None:
    profiles = tmp_path / "profiles"
    profiles.mkdir()
    home = make_home(tmp_path / "home", {})
    (profiles / "profiles.yml").write_text(
        f"cohortgate: {{target: open, outputs: {{open: {{type: duckdb, path: '{home.warehouse}'}}}}}}"
    )
    result = home.dbt("run", "--no-use-colors", "--profiles-dir", str(profiles), "--select", "int_hour_numbered")
    assert result.returncode != 0
    assert "This connection is not locked" in result.stdout


def test_every_model_has_exactly_the_columns_and_types_that_its_yml_describes(
    built: DbtHome, manifest: dict[str, Any]
) -> None:
    found = built.rows("select table_name, column_name, lower(data_type) from information_schema.columns")
    described = {
        (node["name"], column["name"], column["data_type"])
        for node in manifest["nodes"].values()
        if node["resource_type"] in ("model", "seed")
        for column in node["columns"].values()
    }
    assert set(found) == described


def test_every_model_and_column_says_what_it_holds(manifest: dict[str, Any]) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] in ("model", "seed")]
    silent = [node["name"] for node in models if not node["description"].startswith("One row")]
    silent += [
        f"{node['name']}.{name}"
        for node in models
        for name, column in node["columns"].items()
        if not column["description"]
    ]
    assert silent == []


def test_every_model_names_its_grain(manifest: dict[str, Any]) -> None:
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    assert [node["name"] for node in models if "grain" not in node["config"]["meta"]] == []


def test_every_cohort_has_an_enforced_contract_and_an_attrition_table(manifest: dict[str, Any]) -> None:
    names = {node["name"]: node for node in manifest["nodes"].values() if node["resource_type"] == "model"}
    cohorts = [name for name in names if name.startswith("cohort_")]
    assert all(names[name]["config"]["contract"]["enforced"] for name in cohorts)
    assert {name.replace("cohort_", "attrition_") for name in cohorts} <= names.keys()


def test_every_codelist_says_its_source_version_and_licence(manifest: dict[str, Any]) -> None:
    seeds = [node for node in manifest["nodes"].values() if node["resource_type"] == "seed"]
    wanted = {"source", "version", "listed_on", "licence", "vocabulary"}
    assert [node["name"] for node in seeds if not wanted <= node["config"]["meta"].keys()] == []


def test_every_codelist_that_a_cohort_names_exists(manifest: dict[str, Any]) -> None:
    seeds = {node["name"] for node in manifest["nodes"].values() if node["resource_type"] == "seed"}
    named = {
        codelist
        for node in manifest["nodes"].values()
        for codelist in node["config"].get("meta", {}).get("codelists", [])
    }
    assert named == seeds


def test_every_source_stands_for_an_asset_of_the_pseudonymised_zone(manifest: dict[str, Any]) -> None:
    sources = manifest["sources"].values()
    assert {source["name"] for source in sources} == {source["meta"]["dagster"]["asset_key"][0] for source in sources}


def test_only_staging_reads_sources_and_no_model_is_python(manifest: dict[str, Any]) -> None:
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    readers = {
        node["name"] for node in nodes if any(parent.startswith("source.") for parent in node["depends_on"]["nodes"])
    }
    assert all(name.startswith("stg_") for name in readers)
    assert {node["language"] for node in nodes} == {"sql"}


def test_labels_and_features_are_computed_by_different_models(manifest: dict[str, Any]) -> None:
    label_side = {
        "int_infection_suspected", "int_sofa_scored", "int_eye_outcome_judged",
    }  # fmt: skip
    feature_side = [name for name in manifest["nodes"] if name.endswith("_feature_measured")]
    assert len(feature_side) == 2
    for name in feature_side:
        parents = {parent.split(".")[-1] for parent in manifest["nodes"][name]["depends_on"]["nodes"]}
        assert not parents & label_side
        assert "macro.cohortgate.known_by" in manifest["nodes"][name]["depends_on"]["macros"]


@pytest.mark.parametrize("dialect", ["spark", "snowflake"])
def test_every_model_can_be_written_for_another_engine(built: DbtHome, dialect: str) -> None:
    # Staging differs between engines in one dispatched macro: how a folder of parquet files is named.
    folder = built.target / "compiled" / "cohortgate" / "models"
    compiled = [path for path in sorted(folder.rglob("*.sql")) if "staging" not in path.parts]
    assert len(compiled) > 20
    for path in compiled:
        sqlglot.transpile(path.read_text(), read="duckdb", write=dialect, unsupported_level=ErrorLevel.RAISE)


@pytest.mark.parametrize(
    "raw",
    [
        "::",
        " exclude ",
        " replace (",
        "pivot ",
        "asof ",
        "datediff(",
        "strftime",
        "strptime",
        "sha256(",
        " hash(",
        "unnest(",
    ],
)
def test_no_model_holds_what_only_one_engine_can_read(raw: str) -> None:
    assert [path.name for path in (PROJECT / "models").rglob("*.sql") if raw in path.read_text()] == []
