"""One suite per cohort, in a module of the cohort's own name."""

from importlib import import_module
from pkgutil import iter_modules

from expectations.errors import NoSuite
from expectations.rules import Suite


def suite_names() -> tuple[str, ...]:
    """Return the names of the cohorts that have a suite."""
    return tuple(sorted(module.name for module in iter_modules(__path__)))


def find_suite(cohort: str) -> Suite:
    """Return the suite of one cohort.

    Raises:
        NoSuite: There is none.
    """
    if cohort not in suite_names():
        raise NoSuite(
            f"{cohort}: there is no expectations/suites/{cohort}.py; a cohort without a suite is not released"
        )
    suite: Suite = import_module(f"{__name__}.{cohort}").SUITE
    return suite
