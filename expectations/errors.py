"""Errors of the gate.

    ExpectationsError
    ├── NoSuite          a cohort has no suite of its name
    └── GateFactsError   the gate was told something it cannot work with

A rule that a release breaks is no error but a `RuleResult`; the publisher raises.
No message holds a value from a row.
"""


class ExpectationsError(Exception):
    """The gate could not be evaluated at all; nothing may be released."""


class NoSuite(ExpectationsError):
    """A cohort has no suite of its name in `expectations/suites/`."""


class GateFactsError(ExpectationsError):
    """The gate was told something it cannot work with, such as a relation name that is no plain name."""
