"""The card: one page that loads nothing, shows no small count, and quotes nothing as markup."""

import re
from functools import partial

import duckdb
import pytest

from orchestration.release.contract import release_contract
from orchestration.release.describe import data_package, describe_release
from orchestration.release.manifest import FileEntry
from orchestration.release.summary import summarise
from tests.lib.factories import (
    gate_result,
    make_candidate,
    make_cohort,
    make_origin,
    make_pilot,
    make_request,
    make_warehouse,
)

FILES = (FileEntry("data/cohort.parquet", "a" * 64, 10, 720),)


@pytest.fixture
def describe(tmp_path):
    connection = duckdb.connect()
    make_warehouse(connection)
    # One person is of a sex that nobody else is.
    connection.execute("update cohort_sepsis_onset set subgroup_sex_code = 'X' where person_id = md5('site 1')")
    candidate = make_candidate(connection, tmp_path / "q")
    return partial(
        describe_release,
        connection,
        pilot=make_pilot(),
        cohort=make_cohort(),
        origin=make_origin(),
        contract=release_contract(make_cohort(), make_request()),
        attrition=candidate.attrition,
        files=FILES,
        paths=candidate.paths,
        gate=gate_result(),
    )


def card(describe, **changes) -> str:
    return describe(**changes)["card.html"].decode()


def test_a_card_says_that_the_data_are_pseudonymised_and_not_anonymous(describe):
    assert "This is pseudonymised personal data. It is not anonymous." in card(describe)


def test_a_card_tells_the_question_the_grain_the_outcome_and_who_may_use_it_until_when(describe):
    page = card(describe)
    told = (
        *("Will this person develop sepsis", "prediction_hours", "Whether sepsis began in the next 6 hours."),
        *("The 6 hours after the prediction.", "Local evaluation", "Evaluation team", "2027-03-02"),
        *("Cal Guardian", "Caldicott Guardian", "Sid Iro", "Ada Requester", "DOC-1", "Sepsis-3", "Small and made up."),
        *("People known to the trust", "why rule_one", "loinc__vital_sign_v1", "feature_heart_rate_per_min"),
        *("read_parquet", "cohortgate verify sepsis-pilot/cohort_sepsis_onset/1.0.0"),
    )
    assert [text for text in told if text not in page] == []


def test_a_small_count_is_hidden_and_others_are_rounded(describe):
    page = card(describe)

    assert re.search(r"Not known</td><td class=\"number\">≤7</td>", page)
    assert "1,005" in page
    assert "1,003" not in page


def test_a_card_loads_nothing_and_runs_nothing(describe):
    page = card(describe)

    assert not re.search(r"<(script|link|img|iframe|object|embed|form)\b|@import|url\(|src=|href=|\bon\w+=\"", page)


def test_words_of_a_request_are_shown_and_not_run(describe):
    origin = make_origin(make_request(purpose="<script>alert(1)</script> {{ 7 * 7 }}"))
    page = card(describe, origin=origin)

    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in page


def test_the_same_release_gives_the_same_card(describe):
    assert describe() == describe()


def test_a_card_does_not_show_a_pseudonym(describe):
    digests = {"a" * 64, "1" * 16}
    assert set(re.findall(r"\b[0-9a-f]{16,}\b", card(describe))) <= digests


def test_missing_values_are_counted_by_feature(describe):
    assert re.search(r"feature_heart_rate_per_min.*?>22%<", card(describe), re.DOTALL)


def test_a_summary_counts_people_with_and_without_the_outcome_in_each_group(describe):
    known = describe.keywords
    summary = summarise(describe.args[0], known["paths"], contract=known["contract"])

    assert (summary.people, summary.events, summary.rows) == (40, 20, 720)
    assert summary.positive_rows + summary.negative_rows + summary.unlabelled_rows == 720
    for subgroup in summary.subgroups:
        assert sum(group.people for group in subgroup.groups) == 40
        assert sum(group.events for group in subgroup.groups) == 20


def test_the_data_package_describes_each_column_and_file():
    contract = release_contract(make_cohort(), make_request())
    package = data_package(make_cohort(), make_origin(), contract, files=FILES)

    [resource] = package["resources"]
    types = {field["name"]: field["type"] for field in resource["schema"]["fields"]}
    assert (resource["path"], resource["bytes"], resource["hash"]) == ("data/cohort.parquet", 10, f"sha256:{'a' * 64}")
    assert resource["schema"]["primaryKey"] == ["person_id", "prediction_hours"]
    assert types["index_hours"] == "integer"
    assert types["feature_heart_rate_per_min"] == "number"
    assert types["label_sepsis_onset_6h"] == "boolean"
    assert types["split"] == "string"
