"""The gate: decide, on the very bytes that would be published, whether a release may leave.

Counts come from `measures`; Great Expectations judges them, one expectation per rule, and is asked for booleans
only, because each of its other result formats can store values of the data.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from expectations.facts import GateFacts
from expectations.measures import FIGURES, UNMEASURED, read_evidence, take_measures
from expectations.rules import Rule, SizeRule, Suite
from expectations.suites import find_suite

if TYPE_CHECKING:
    from great_expectations import ExpectationSuite
    from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween


@dataclass(frozen=True)
class RuleResult:
    """What one rule found. `failures` counts what broke it; `None` says that it could not be measured."""

    rule: str
    why: str
    passed: bool
    failures: int | None


@dataclass(frozen=True)
class GateResult:
    """What the gate found in one release. `figures` are its rows, people, and people with and without the outcome."""

    cohort: str
    suite_version: int
    rules: tuple[RuleResult, ...]
    figures: Mapping[str, int]

    @property
    def passed(self) -> bool:
        """Whether every rule holds; no rules, no release."""
        return bool(self.rules) and all(result.passed for result in self.rules)

    @property
    def broken(self) -> tuple[str, ...]:
        """The names of the rules that do not hold."""
        return tuple(result.rule for result in self.rules if not result.passed)

    def as_dict(self) -> dict[str, Any]:
        """Return the result as plain values, for a file."""
        return {**asdict(self), "passed": self.passed}


def evaluate_gate(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], *, facts: GateFacts) -> GateResult:
    """Return what the gate finds in the files of one release.

    Args:
        connection: May read the files, and holds the two relations that the facts name.

    Raises:
        NoSuite: The cohort has no suite.
        GateFactsError: The facts name a relation that has no plain name.
    """
    suite = find_suite(facts.cohort)
    evidence = read_evidence(connection, files, facts)
    measures = take_measures(connection, files, suite, evidence=evidence)
    passed = _judge(suite, facts, measures)
    return GateResult(
        cohort=suite.cohort,
        suite_version=suite.version,
        rules=tuple(_result(rule, facts, measures, passed=passed.get(rule.name, False)) for rule in suite.rules),
        figures={figure: measures[figure] for figure in FIGURES if measures[figure] != UNMEASURED},
    )


def expectation_suite(suite: Suite, facts: GateFacts) -> "ExpectationSuite":
    """Return a suite as Great Expectations knows it: one expectation per rule, over the one row of measures."""
    import great_expectations as gx

    return gx.ExpectationSuite(name=suite.cohort, expectations=[_expectation(rule, facts) for rule in suite.rules])


def _expectation(rule: Rule, facts: GateFacts) -> "ExpectColumnValuesToBeBetween":
    from great_expectations.expectations.core.expect_column_values_to_be_between import ExpectColumnValuesToBeBetween

    meta = {"rule": rule.name, "why": rule.why}
    if isinstance(rule, SizeRule):
        return ExpectColumnValuesToBeBetween(column=rule.figure, min_value=rule.minimum(facts), meta=meta)
    return ExpectColumnValuesToBeBetween(column=rule.name, min_value=0, max_value=0, meta=meta)


def _judge(suite: Suite, facts: GateFacts, measures: Mapping[str, int]) -> dict[str, bool]:
    """Return whether each rule holds, by its name."""
    import great_expectations as gx
    import pandas as pd
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("release").add_dataframe_asset("measures")
    definition = asset.add_batch_definition_whole_dataframe("one row")
    batch = definition.get_batch({"dataframe": pd.DataFrame([measures])})
    outcome = batch.validate(expectation_suite(suite, facts), result_format="BOOLEAN_ONLY")
    judged = ((result.expectation_config, result.success) for result in outcome.results)
    return {config.meta["rule"]: success is True for config, success in judged if config and config.meta}


def _result(rule: Rule, facts: GateFacts, measures: Mapping[str, int], *, passed: bool) -> RuleResult:
    count = measures[rule.figure if isinstance(rule, SizeRule) else rule.name]
    if isinstance(rule, SizeRule) and count != UNMEASURED:
        count = max(0, rule.minimum(facts) - count)
    return RuleResult(rule.name, rule.why, passed, None if count == UNMEASURED else count)
