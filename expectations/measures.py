"""Count what breaks each rule: one statement over the release's files, one row of counts.

Every level is one pass over the columns that its checks name; the cost grows as one scan of the files does.
Nothing but counts comes back.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from expectations import patterns
from expectations.facts import Column, Evidence, GateFacts
from expectations.rules import DataRule, FactRule, Level, SizeRule, Suite
from expectations.sql import listed, literal, quoted, relation

# What could not be counted. It lies below every minimum and is no 0, so that no rule holds on it.
UNMEASURED = -1
FIGURES = ("rows", "people", "events", "non_events")
# Shorter identifiers (an initial, a local number of two digits) would coincide with codes.
SHORTEST_IDENTIFIER = 3
ROWS = "count(*) as rows"
PEOPLE = "count(person_id) as people"
EVENTS = "count(*) filter (where has_event) as events"
NON_EVENTS = "count(*) filter (where not has_event) as non_events"
SUPPORT = ("rows", "people", "cells", "known_keys")
WRITER = r"DuckDB version v[0-9.]+ \(build [0-9a-f]+\)"


def read_evidence(connection: duckdb.DuckDBPyConnection, files: Sequence[Path], facts: GateFacts) -> Evidence:
    """Return what the files' own schemas say, beside what the gate was told."""
    paths = [str(path) for path in files]
    try:
        described = connection.execute("describe select * from read_parquet(?)", [paths]).fetchall()
        entries = _count(connection, "select count(*) from parquet_kv_metadata(?)", paths)
        writers = f"not coalesce(regexp_full_match(created_by, {literal(WRITER)}), false)"
        strangers = _count(connection, f"select count(*) from parquet_file_metadata(?) where {writers}", paths)
    except duckdb.Error:
        # A file that cannot be read has no columns, and its metadata says nothing good.
        return Evidence(facts=facts, columns=(), odd_metadata=len(paths) or 1)
    columns = tuple(Column(str(name), str(data_type)) for name, data_type, *_ in described)
    return Evidence(facts=facts, columns=columns, odd_metadata=entries + strangers)


def take_measures(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], suite: Suite, *, evidence: Evidence
) -> dict[str, int]:
    """Return the count for each rule that counts failures, and each figure of `FIGURES`.

    A count is `UNMEASURED` where the files lack what it needs.
    """
    counts = _measure_data(connection, files, suite, evidence=evidence)
    measures = {figure: counts.get(figure, UNMEASURED) for figure in FIGURES}
    for rule in suite.rules:
        match rule:
            case DataRule():
                parts = [counts.get(f"{rule.name} {place}", UNMEASURED) for place in range(len(rule.checks))]
                measures[rule.name] = UNMEASURED if UNMEASURED in parts or not parts else sum(parts)
            case FactRule():
                measures[rule.name] = rule.failures(evidence)
            case SizeRule():
                pass
    return measures


def _measure_data(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path], suite: Suite, *, evidence: Evidence
) -> Mapping[str, int]:
    statement = measuring_statement(suite, evidence)
    try:
        cursor = connection.execute(statement, [[str(path) for path in files]])
        names = [column[0] for column in cursor.description or ()]
        row = cursor.fetchone() or ()
    except duckdb.Error:
        # DuckDB's words quote values. A required column is missing or has another type; other rules say which.
        return {}
    return {name: UNMEASURED if count is None else int(count) for name, count in zip(names, row, strict=True)}


def measuring_statement(suite: Suite, evidence: Evidence) -> str:
    """Return the one SQL statement that counts everything; its parameter is the list of files."""
    counts: dict[Level, list[str]] = {"rows": [ROWS], "people": [PEOPLE, EVENTS, NON_EVENTS]}
    for rule in suite.rules:
        if isinstance(rule, DataRule):
            for place, check in enumerate(rule.checks):
                counted = "sum(cells)" if check.level == "cells" else "count(*)"
                name = quoted(f"{rule.name} {place}")
                count = f"coalesce({counted} filter (where {check.fails(evidence)}), 0) as {name}"
                counts.setdefault(check.level, []).append(count)
    measured = {level: f"(select {', '.join(wanted)} from {level})" for level, wanted in counts.items()}
    needed = [*SUPPORT, *counts]
    relations = [f"{name} as {body}" for name, body in _relations(evidence).items() if name in needed]
    return f"with {', '.join(relations)} select * from {' cross join '.join(measured.values())}"


def _relations(evidence: Evidence) -> dict[str, str]:
    """Return the body of each relation that a check may be about, in the order in which they build on each other."""
    facts = evidence.facts
    person, index, prediction, label = map(quoted, ("person_id", facts.index, facts.prediction, facts.label))
    order = tuple(dict.fromkeys(("person_id", facts.index, *facts.grain)))
    before = f"lag(row({listed(order)})) over ()"
    label_times = [f"min({quoted(name)})" for name in facts.label_times]
    return {
        # Without this word DuckDB would first copy every column of the release into memory.
        "rows": "not materialized (select * from read_parquet(?))",
        "people": f"""materialized (
            select {person}, count(*) as cells, bool_or({label}) as has_event, min({index}) as first_index,
                min(split) as first_split, max(split) as last_split, bool_or(split is null) as has_no_split
            from rows group by {person})""",
        "spells": f"""(
            select {person}, {index} as index_time, count(*) as rows_in_spell, min({prediction}) as first_prediction,
                max({prediction}) as last_prediction, least({", ".join([*label_times, "null"])}) as first_label_time,
                count(*) filter (where {label}) as positives, min({prediction}) filter (where {label}) as first_positive
            from rows group by {person}, {index})""",
        "grains": f"(select count(*) as rows_in_grain from rows group by {listed(facts.grain)})",
        # Without an order of its own, the window sees the rows as they stand in the file.
        "neighbours": f"(select row({listed(order)}) < {before} as is_out_of_order from rows)",
        "cells": f"materialized ({_cells(evidence)})",
        "known_keys": f"""materialized (
            select distinct key from (select upper(trim(value)) as key from {relation(facts.known_identifiers)})
            where length(key) >= {SHORTEST_IDENTIFIER} and key in (select key from cells))""",
        "columns": f"(from (values {', '.join(map(_column, evidence.columns))}) as c (name, data_type))",
    }


def _cells(evidence: Evidence) -> str:
    """Return the SQL of the distinct values of each text column, with the number of cells that hold each."""
    texts = [column.name for column in evidence.columns if column.data_type == "VARCHAR" and column.name != "person_id"]
    values = [
        "select 'person_id' as column_name, person_id as value, cells from people",
        *(f"select {literal(name)}, {quoted(name)}, count(*) from rows group by {quoted(name)}" for name in texts),
    ]
    # A pseudonym is hexadecimal; digits among its letters are no number and no date.
    text = f"case when regexp_full_match(value, '{patterns.PSEUDONYM}') then '' else {patterns.readable('value')} end"
    return f"""
        select column_name, value, cells, upper(trim(value)) as key, {text} as text
        from ({" union all ".join(values)})
        where value is not null"""


def _column(column: Column) -> str:
    return f"({literal(column.name)}, {literal(column.data_type)})"


def _count(connection: duckdb.DuckDBPyConnection, statement: str, paths: list[str]) -> int:
    row = connection.execute(statement, [paths]).fetchone()
    return int(row[0]) if row else 0
