"""Each rule of the gate is tripped by faults planted for it, and a clean release passes. The faults: `gate_faults`."""

from pathlib import Path

import duckdb
import pytest

from expectations.gate import GateResult, evaluate_gate
from expectations.suites import find_suite, suite_names
from tests.lib.clean_releases import clean_facts, make_tables, write_release
from tests.lib.gate_faults import FAULTS, Fault

PLANTED = [
    pytest.param(cohort, rule, fault, id=f"{cohort}-{rule}-{number}")
    for cohort, faults in FAULTS.items()
    for rule, planted in faults.items()
    for number, fault in enumerate(planted)
]


def evaluate(cohort: str, fault: Fault, folder: Path) -> GateResult:
    connection = duckdb.connect()
    make_tables(connection, cohort)
    connection.execute(fault.setup)
    facts = fault.facts(clean_facts(connection, cohort))
    path = write_release(connection, fault.query, folder / "cohort.parquet")
    fault.file(path)
    return evaluate_gate(connection, [path], facts=facts)


def test_each_cohort_has_a_fault_for_each_rule_of_its_suite():
    assert FAULTS.keys() == set(suite_names())
    for cohort, faults in FAULTS.items():
        assert faults.keys() == set(find_suite(cohort).names)
        assert all(faults.values())


@pytest.mark.parametrize("cohort", FAULTS)
def test_a_clean_release_passes_every_rule(cohort, tmp_path):
    result = evaluate(cohort, Fault(), tmp_path)

    assert result.broken == ()
    assert result.passed


@pytest.mark.parametrize(("cohort", "rule", "fault"), PLANTED)
def test_a_planted_fault_is_caught_by_its_rule_and_the_rules_it_also_concerns(cohort, rule, fault, tmp_path):
    result = evaluate(cohort, fault, tmp_path)

    assert set(result.broken) == {rule, *fault.also}
    assert not result.passed
    assert all(found.failures for found in result.rules if found.rule in result.broken)
