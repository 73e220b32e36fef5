import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from orchestration import config as config_module
from orchestration.config import load_config
from orchestration.errors import ConfigError

EXAMPLE = Path(__file__).parents[3] / "config"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copytree(EXAMPLE, tmp_path / "config")
    return tmp_path / "config"


def change(path: Path, **changes: Any) -> None:
    content = {**yaml.safe_load(path.read_text()), **changes}
    path.write_text(yaml.safe_dump({name: value for name, value in content.items() if value is not None}))


def problems(folder: Path) -> str:
    with pytest.raises(ConfigError) as raised:
        load_config(folder)
    return str(raised.value)


def test_the_example_configuration_is_sound() -> None:
    config = load_config(EXAMPLE)
    assert {source.kind for source in config.sources} == {"omop", "fhir", "dicom"}
    assert {request.cohort for request in config.requests} == {"cohort_sepsis_onset", "cohort_diabetic_eye"}


def test_a_key_that_is_not_known_is_refused_by_name(folder: Path) -> None:
    change(folder / "sources/ehr.yaml", pasword="x")
    assert "sources/ehr.yaml: pasword" in problems(folder)


def test_who_a_person_is_has_no_default(folder: Path) -> None:
    change(folder / "sources/ehr.yaml", identity=None)
    assert "sources/ehr.yaml: identity: Field required" in problems(folder)


def test_leaving_out_the_opt_out_needs_a_reason(folder: Path) -> None:
    change(folder / "sources/ehr.yaml", opt_out={"apply": False})
    assert "sources/ehr: opt_out.apply is false and no reason is given" in problems(folder)


def test_the_opt_out_cannot_be_applied_to_people_without_nhs_numbers(folder: Path) -> None:
    change(folder / "sources/ehr.yaml", identity="local_id")
    assert "sources/ehr: opt-outs need identity: nhs_number" in problems(folder)


def test_the_opt_out_cannot_be_applied_without_a_list(folder: Path) -> None:
    change(folder / "policy.yaml", opt_out_list=None)
    path = folder / "policy.yaml"
    path.write_text(path.read_text() + "opt_out_list: null\n")
    assert "policy.yaml names no opt_out_list" in problems(folder)


def test_an_opt_out_list_may_not_be_older_than_the_national_limit(folder: Path) -> None:
    listed = yaml.safe_load((folder / "policy.yaml").read_text())["opt_out_list"]
    change(folder / "policy.yaml", opt_out_list={**listed, "max_age_days": 22})
    assert "policy.yaml: opt_out_list.max_age_days" in problems(folder)


def test_all_problems_of_the_requests_are_named_at_once(folder: Path) -> None:
    change(folder / "requests/sepsis_onset.yaml", pilot="nobody", columns=["person_id", "surname"])
    change(folder / "pilots/eye-pilot.yaml", stage="ceased")
    found = problems(folder)
    assert "requests/sepsis_onset: there is no pilot nobody" in found
    assert "requests/sepsis_onset: cohort_sepsis_onset has no column surname" in found
    assert "requests/diabetic_eye: pilot eye-pilot has ceased" in found


def test_a_cohort_that_is_not_in_the_library_is_refused_with_those_that_are(folder: Path) -> None:
    change(folder / "requests/sepsis_onset.yaml", cohort="cohort_everything")
    assert "cohort cohort_everything: not in the library; known cohorts: cohort_diabetic_eye" in problems(folder)


@pytest.mark.parametrize("name", ["../escape", "a b", "Upper", "x\n", "a;drop table t"])
def test_a_name_that_could_become_a_path_or_sql_is_refused(folder: Path, name: str) -> None:
    change(folder / "requests/sepsis_onset.yaml", name=name)
    assert "requests/sepsis_onset.yaml: name" in problems(folder)


def test_a_problem_never_quotes_what_was_written(folder: Path) -> None:
    change(
        folder / "requests/sepsis_onset.yaml", version="secret-value", recipients="secret-value", expires_on="secret"
    )
    assert "secret" not in problems(folder)


def test_two_sources_cannot_share_a_name(folder: Path) -> None:
    change(folder / "sources/pacs.yaml", name="ehr")
    assert "sources: the name ehr is used twice" in problems(folder)


def test_every_cohort_is_one_name_in_four_places() -> None:
    root = config_module.COHORTS.parents[2]
    models = {path.stem for path in config_module.COHORTS.glob("*.sql")}
    assert models == {path.stem for path in config_module.COHORTS.glob("*.yml")}
    assert models == {path.stem for path in (root / "expectations/suites").glob("cohort_*.py")}
    assert models == {path.stem.removeprefix("test_") for path in (root / "tests/spec").glob("test_cohort_*.py")}
