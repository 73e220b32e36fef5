"""What a rule is. The rules themselves stand in `common` and in the cohorts' suites.

Each rule is a name, a reason that an IG reviewer can read, and a way to count what breaks it. Nothing here runs
a query: `measures` asks all questions at once.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from expectations.facts import Evidence, GateFacts

# What a check counts: rows of the release, rows beside the one before, distinct grains, people, people's index
# events, distinct values of text columns (weighed by their cells), and columns.
Level = Literal["rows", "neighbours", "grains", "people", "spells", "cells", "columns"]


@dataclass(frozen=True)
class Check:
    """One SQL condition; each thing at `level` for which it is true is one failure."""

    level: Level
    fails: Callable[[Evidence], str]


@dataclass(frozen=True)
class DataRule:
    """A rule about the content of the files; its failures are those of all its checks."""

    name: str
    why: str
    checks: tuple[Check, ...]


@dataclass(frozen=True)
class SizeRule:
    """A rule that one figure reaches a minimum; its failures are what is missing."""

    name: str
    why: str
    figure: str
    minimum: Callable[[GateFacts], int]


@dataclass(frozen=True)
class FactRule:
    """A rule about what the gate was told, or about the files as files."""

    name: str
    why: str
    failures: Callable[[Evidence], int]


Rule = DataRule | SizeRule | FactRule


@dataclass(frozen=True)
class Suite:
    """All rules that a release of one cohort must meet. `version` goes up when a rule comes, goes or changes."""

    cohort: str
    version: int
    rules: tuple[Rule, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the rules, in order."""
        return tuple(rule.name for rule in self.rules)
