"""`docs/reference/gate.md` is made from the suites, so that it cannot say less or more than the gate does."""

from pathlib import Path

import pytest

from expectations.rules import Rule
from expectations.suites import find_suite, suite_names
from tests.lib.trust import ROOT

PAGE = ROOT / "docs" / "reference" / "gate.md"
OPENING = """# The gate

Every rule that a release must pass, made from `expectations/suites/` by `pytest tests/docs --update-golden`. A rule is
a count of what breaks it, taken from the very files that would be published; one that cannot be measured fails.
Great Expectations judges the counts and is asked for booleans only, so that no value is ever stored.
"""


def table(rules: list[Rule]) -> str:
    rows = [f"| `{rule.name}` | {rule.why} |" for rule in rules]
    return "\n".join(["| rule | why |", "|---|---|", *rows])


def page() -> str:
    suites = [find_suite(name) for name in suite_names()]
    shared = set.intersection(*({rule.name for rule in suite.rules} for suite in suites))
    parts = [OPENING, "## For every cohort\n", table([rule for rule in suites[0].rules if rule.name in shared])]
    for suite in suites:
        own = [rule for rule in suite.rules if rule.name not in shared]
        parts += [f"\n## For {suite.cohort} (suite {suite.version})\n", table(own)]
    return "\n".join(parts) + "\n"


def test_the_page_of_the_gate_is_what_the_suites_say(request: pytest.FixtureRequest) -> None:
    if request.config.getoption("--update-golden"):
        PAGE.write_text(page())
    assert Path(PAGE).read_text() == page(), "run pytest tests/docs --update-golden and review the diff"


def test_every_link_of_the_documentation_leads_somewhere() -> None:
    import re

    broken = []
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
            if not (path.parent / target).exists():
                broken.append(f"{path.name}: {target}")
    assert broken == []


def test_the_first_screen_of_the_readme_has_the_two_commands() -> None:
    first = "\n".join((ROOT / "README.md").read_text().splitlines()[:25])
    assert "make demo" in first
    assert "make test" in first
