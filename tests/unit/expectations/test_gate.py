"""What the gate does with rules: it asks for booleans, counts in one statement, and takes no answer for a no."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import duckdb
import pytest
from great_expectations.datasource.fluent.interfaces import Batch

from expectations.errors import GateFactsError, NoSuite
from expectations.facts import Column
from expectations.gate import GateResult, evaluate_gate, expectation_suite
from expectations.measures import measuring_statement, read_evidence
from expectations.rules import DataRule
from expectations.suites import find_suite, suite_names
from tests.lib.clean_releases import clean_facts, make_tables, write_release

SEPSIS = "cohort_sepsis_onset"


@pytest.fixture
def connection():
    connection = duckdb.connect()
    make_tables(connection, SEPSIS)
    return connection


def release(connection, folder: Path, query: str = "select * from clean") -> Path:
    return write_release(connection, query, folder / "cohort.parquet")


@pytest.mark.parametrize("cohort", suite_names())
def test_each_rule_has_a_name_of_its_own_and_a_reason(cohort):
    suite = find_suite(cohort)

    assert suite.cohort == cohort
    assert len(set(suite.names)) == len(suite.names)
    assert all(rule.why.endswith(".") for rule in suite.rules)


@pytest.mark.parametrize("cohort", suite_names())
def test_each_rule_is_one_expectation_that_carries_its_name_and_reason(cohort, connection):
    make_tables(connection, cohort)
    expectations = expectation_suite(find_suite(cohort), clean_facts(connection, cohort)).expectations

    assert [(e.meta["rule"], e.meta["why"]) for e in expectations] == [
        (r.name, r.why) for r in find_suite(cohort).rules
    ]


def test_great_expectations_is_asked_for_booleans_only_and_given_counts_only(connection, tmp_path, monkeypatch):
    asked = []
    original = Batch.validate

    def validate(batch, suite, **options):
        outcome = original(batch, suite, **options)
        asked.append((options, outcome))
        return outcome

    monkeypatch.setattr(Batch, "validate", validate)
    evaluate_gate(connection, [release(connection, tmp_path)], facts=clean_facts(connection, SEPSIS))

    [(options, outcome)] = asked
    assert options == {"result_format": "BOOLEAN_ONLY"}
    assert all(result.result == {} for result in outcome.results)


def test_the_result_names_rules_and_counts_and_no_value(connection, tmp_path):
    query = "select * replace ('943 476 5919' as subgroup_site) from clean"
    result = evaluate_gate(connection, [release(connection, tmp_path, query)], facts=clean_facts(connection, SEPSIS))

    assert set(result.broken) == {"no_identifier_pattern", "text_as_listed"}
    assert {found.failures for found in result.rules if not found.passed} == {720}
    assert "943" not in repr(result.as_dict())


def test_figures_count_rows_and_people_with_and_without_the_outcome(connection, tmp_path):
    result = evaluate_gate(connection, [release(connection, tmp_path)], facts=clean_facts(connection, SEPSIS))

    assert result.figures == {"rows": 720, "people": 40, "events": 20, "non_events": 20}


def test_a_gate_without_rules_does_not_pass():
    assert not GateResult(cohort=SEPSIS, suite_version=1, rules=(), figures={}).passed


def test_a_rule_that_great_expectations_gives_no_answer_to_does_not_hold(connection, tmp_path, monkeypatch):
    monkeypatch.setattr(Batch, "validate", lambda batch, suite, **options: SimpleNamespace(results=[]))
    result = evaluate_gate(connection, [release(connection, tmp_path)], facts=clean_facts(connection, SEPSIS))

    assert set(result.broken) == set(find_suite(SEPSIS).names)


@pytest.mark.parametrize("column", ["person_id", "index_hours", "prediction_hours", "label_sepsis_onset_6h", "split"])
def test_rules_that_lack_their_column_do_not_hold(column, connection, tmp_path):
    path = release(connection, tmp_path, f"select * exclude ({column}) from clean")
    result = evaluate_gate(connection, [path], facts=clean_facts(connection, SEPSIS))

    counted = {rule.name for rule in find_suite(SEPSIS).rules if isinstance(rule, DataRule)}
    assert counted | {"enough_people", "columns_as_requested"} <= set(result.broken)
    assert {found.failures for found in result.rules if found.rule in counted} == {None}


@pytest.mark.parametrize("content", [b"", b"no parquet", b"PAR1" * 10])
def test_a_file_that_cannot_be_read_breaks_rules_and_raises_nothing(content, connection, tmp_path):
    path = tmp_path / "cohort.parquet"
    path.write_bytes(content)
    result = evaluate_gate(connection, [path], facts=clean_facts(connection, SEPSIS))

    assert {"columns_as_requested", "keys_present", "file_metadata_clean", "enough_people"} <= set(result.broken)
    assert result.figures == {}


def test_no_files_are_no_release(connection):
    assert not evaluate_gate(connection, [], facts=clean_facts(connection, SEPSIS)).passed


def test_a_release_without_rows_does_not_pass(connection, tmp_path):
    path = release(connection, tmp_path, "select * from clean where false")
    result = evaluate_gate(connection, [path], facts=clean_facts(connection, SEPSIS))

    assert {"enough_people", "enough_events", "enough_non_events"} <= set(result.broken)


def test_a_word_that_the_cohort_lists_is_no_identifier_though_somebody_is_called_so(connection, tmp_path):
    connection.execute("insert into known_identifiers values ('held_out'), ('Discharge'), ('NONE')")
    result = evaluate_gate(connection, [release(connection, tmp_path)], facts=clean_facts(connection, SEPSIS))

    assert result.passed


def test_what_is_from_today_is_in_force_today(connection, tmp_path):
    facts = clean_facts(connection, SEPSIS)
    facts = replace(
        facts,
        documents=tuple(replace(document, approved_on=facts.today) for document in facts.documents),
        opt_out=replace(facts.opt_out, listed_on=facts.today),
    )
    assert evaluate_gate(connection, [release(connection, tmp_path)], facts=facts).passed


def test_a_cohort_without_a_suite_is_refused(connection, tmp_path):
    facts = replace(clean_facts(connection, SEPSIS), cohort="cohort_of_nobody")
    with pytest.raises(NoSuite, match="not released"):
        evaluate_gate(connection, [release(connection, tmp_path)], facts=facts)


@pytest.mark.parametrize("name", ["opted_out; drop table clean", 'a" b', "Opted", ""])
def test_a_relation_must_have_a_plain_name(name, connection, tmp_path):
    facts = replace(clean_facts(connection, SEPSIS), opted_out=name)
    with pytest.raises(GateFactsError):
        evaluate_gate(connection, [release(connection, tmp_path)], facts=facts)


def test_a_column_name_cannot_leave_its_quotes(connection, tmp_path):
    name = 'a", (select 1)) from clean; --'
    path = release(connection, tmp_path, f"select *, 'x' as \"{name.replace(chr(34), chr(34) * 2)}\" from clean")
    facts = clean_facts(connection, SEPSIS)
    result = evaluate_gate(connection, [path], facts=replace(facts, columns=(*facts.columns, Column(name, "VARCHAR"))))

    assert result.broken == ("text_as_listed",)


def test_everything_is_counted_in_one_statement_that_copies_no_release(connection, tmp_path):
    path = release(connection, tmp_path)
    facts = clean_facts(connection, SEPSIS)
    statement = measuring_statement(find_suite(SEPSIS), read_evidence(connection, [path], facts))

    assert ";" not in statement.replace("'", "")
    assert "rows as not materialized" in statement
    assert connection.execute(statement, [[str(path)]]).fetchall()[1:] == []


def test_the_gate_leaves_nothing_on_disk(connection, tmp_path, monkeypatch):
    path = release(connection, tmp_path)
    monkeypatch.chdir(tmp_path)
    evaluate_gate(connection, [path], facts=clean_facts(connection, SEPSIS))

    assert list(tmp_path.iterdir()) == [path]
