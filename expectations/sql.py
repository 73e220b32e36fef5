"""Names and values as SQL text. What comes from a configuration file passes through here before it meets a query."""

import re

from expectations.errors import GateFactsError

RELATION = re.compile(r"[a-z_][a-z0-9_]{0,62}")


def quoted(name: str) -> str:
    """Return a column name as an SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def listed(names: tuple[str, ...]) -> str:
    """Return column names as a comma-separated list of SQL identifiers."""
    return ", ".join(quoted(name) for name in names)


def literal(text: str) -> str:
    """Return text as an SQL string."""
    return "'" + text.replace("'", "''") + "'"


def relation(name: str) -> str:
    """Return the name of a relation of the connection.

    Raises:
        GateFactsError: It is no plain lower-case name.
    """
    if not RELATION.fullmatch(name):
        raise GateFactsError("a relation given to the gate must have a plain lower-case name")
    return quoted(name)
