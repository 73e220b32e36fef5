"""Errors of the application.

    OrchestrationError
    ├── ConfigError      a file under config/ is wrong; nothing has been read yet
    ├── ExtractError     a source cannot be read at all (one bad row is a reject, not an error)
    ├── WarehouseBusy    another run holds the warehouse
    └── TransformError   dbt refused; its own words stay in its log because they can quote rows

`orchestration.release.errors` holds the errors of a release.
No message holds a value from a row.
"""


class OrchestrationError(Exception):
    """Something of ours went wrong; the message says what to do."""


class ConfigError(OrchestrationError):
    """A configuration file is wrong; the message names every problem in it."""


class ExtractError(OrchestrationError):
    """A source cannot be read at all."""


class WarehouseBusy(OrchestrationError):
    """Another run holds the warehouse."""


class TransformError(OrchestrationError):
    """dbt could not build the models."""
