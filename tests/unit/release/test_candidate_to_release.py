"""A cohort goes through candidate, gate and publisher, as a site does it."""

from dataclasses import replace
from functools import partial

import duckdb
import pytest

from expectations.gate import evaluate_gate
from orchestration.release.contract import release_contract
from orchestration.release.describe import describe_release
from orchestration.release.errors import GateRefused
from orchestration.release.facts import gate_facts
from orchestration.release.publish import publish
from orchestration.release.verify import verify
from tests.lib.factories import (
    KEY_CHECK_VALUE,
    OPT_OUT,
    TODAY,
    make_candidate,
    make_cohort,
    make_origin,
    make_pilot,
    make_policy,
    make_request,
    make_signing_key,
    make_warehouse,
)


@pytest.fixture
def connection():
    connection = duckdb.connect()
    make_warehouse(connection)
    connection.execute("create table opted_out (person_id varchar)")
    connection.execute("create table known_identifiers as select distinct person_id as value from cohort_sepsis_onset")
    return connection


def release(connection, folder, *, request=None, **facts_changes):
    request, cohort, pilot = request or make_request(), make_cohort(), make_pilot()
    contract = release_contract(cohort, request)
    candidate = make_candidate(connection, folder / "quarantine" / request.name, request=request)
    facts = gate_facts(
        contract,
        request=request,
        pilot=pilot,
        policy=make_policy(),
        opt_out=OPT_OUT,
        key_check_value=candidate.key_check_value,
        registered_key_check_value=KEY_CHECK_VALUE,
        today=TODAY,
    )
    origin, key = make_origin(request), make_signing_key(folder / "keys")
    published = publish(
        candidate,
        origin=origin,
        releases=folder / "releases",
        staging=folder / "staging",
        evaluate=partial(evaluate_gate, connection, facts=replace(facts, **facts_changes)),
        describe=partial(
            describe_release,
            connection,
            pilot=pilot,
            cohort=cohort,
            origin=origin,
            contract=contract,
            attrition=candidate.attrition,
        ),
        signing_key=key,
    )
    return published, verify(published.path, public_key=key.public_pem)


@pytest.mark.parametrize("columns", ["all", ("feature_age_years",), ("person_id",)])
def test_what_was_asked_for_passes_the_gate_and_is_published(columns, connection, tmp_path):
    published, problems = release(connection, tmp_path, request=make_request(columns=columns))

    assert published.rows == 720
    assert problems == ()


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("update cohort_sepsis_onset set subgroup_site = 'SE1 7EH'", "no_identifier_pattern"),
        ("insert into known_identifiers values ('rj1')", "no_known_identifier"),
        ("insert into opted_out select left(sha256('project ' || md5('site 3')), 32)", "no_opted_out_person"),
        ("update cohort_sepsis_onset set split = 'tuning' where index_at = prediction_at", "split_by_person"),
        ("insert into cohort_sepsis_onset from cohort_sepsis_onset limit 1", "one_row_per_grain"),
        (
            "update cohort_sepsis_onset set label_sepsis_onset_6h_at = prediction_at where label_sepsis_onset_6h",
            "label_after_prediction",
        ),
        ("update cohort_sepsis_onset set prediction_at = null where feature_age_years = 31", "keys_present"),
    ],
)
def test_what_is_wrong_in_the_warehouse_stops_at_the_gate(statement, rule, connection, tmp_path):
    connection.execute(statement)
    with pytest.raises(GateRefused) as refused:
        release(connection, tmp_path)

    assert rule in refused.value.rules
    assert list((tmp_path / "releases").iterdir()) == []


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        ({"registered_key_check_value": "ffffffff"}, "key_as_registered"),
        ({"approvals": ()}, "approved_by_two"),
        ({"min_people": 41}, "enough_people"),
    ],
)
def test_what_the_site_does_not_allow_stops_at_the_gate(change, rule, connection, tmp_path):
    with pytest.raises(GateRefused) as refused:
        release(connection, tmp_path, **change)
    assert refused.value.rules == (rule,)


def test_a_version_that_leaves_out_a_column_is_another_release(connection, tmp_path):
    whole, _ = release(connection, tmp_path / "a")
    fewer, _ = release(connection, tmp_path / "b", request=make_request(columns=("feature_age_years",)))
    again, _ = release(connection, tmp_path / "c")

    assert whole.id != fewer.id
    assert whole.id == again.id
