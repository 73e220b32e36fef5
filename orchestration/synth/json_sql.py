"""Writes JSON by SQL concatenation: a resource is a Python literal whose variable parts are SQL expressions.

A null in a `text` or `number` makes what contains it null, up to the nearest `optional`, which then vanishes
with its key and comma. So a resource holds no null and no empty object, as FHIR demands.
"""

import json
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class _Part:
    """A piece of JSON that SQL computes."""

    sql: str


@dataclass(frozen=True)
class _Optional:
    """A value that is left out where it is null; never the first item of a list."""

    value: Any


def text(expression: str) -> _Part:
    """Return a JSON string whose content needs no escaping: ids, times, codes, base64."""
    return _Part(f"'\"' || {expression} || '\"'")


def words(expression: str) -> _Part:
    """Return a JSON string of free content: names, addresses."""
    return _Part(f"cast(to_json(cast({expression} as varchar)) as varchar)")


def number(expression: str) -> _Part:
    """Return a JSON number, or a boolean."""
    return _Part(f"cast({expression} as varchar)")


def optional(value: Any) -> _Optional:
    """Return a member or item that vanishes where anything in it is null."""
    return _Optional(value)


def resource_sql(resource: dict[str, Any]) -> str:
    """Return the SQL expression of one resource on one line; its first member must not be optional."""
    return " || ".join(_merged(_pieces(resource)))


def _pieces(value: Any) -> list[str | _Part]:
    if isinstance(value, _Part):
        return [value]
    if isinstance(value, dict):
        return ["{", *_joined([(f"{json.dumps(key)}:", member) for key, member in value.items()]), "}"]
    if isinstance(value, list):
        return ["[", *_joined([("", item) for item in value]), "]"]
    return [json.dumps(value, ensure_ascii=False)]


def _joined(items: list[tuple[str, Any]]) -> list[str | _Part]:
    pieces: list[str | _Part] = []
    for position, (key, value) in enumerate(items):
        prefix = ("," if position else "") + key
        if isinstance(value, _Optional):
            inner = " || ".join(_merged([prefix, *_pieces(value.value)]))
            pieces.append(_Part(f"coalesce({inner}, '')"))
        else:
            pieces += [prefix, *_pieces(value)]
    return pieces


def _merged(pieces: list[str | _Part]) -> list[str]:
    merged: list[str] = []
    literal = ""
    for piece in [*pieces, _Part("")]:
        if isinstance(piece, str):
            literal += piece
            continue
        if literal:
            merged.append("'" + literal.replace("'", "''") + "'")
        if piece.sql:
            merged.append(piece.sql)
        literal = ""
    return merged
