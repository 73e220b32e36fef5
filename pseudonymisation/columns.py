"""What each action of a policy does to a landed value, as DuckDB SQL.

An expression reads `"landed x"` (the value as landed, empty text as null) and `"typed x"` (the value in its output
type, null where it has no place there). No column of a policy has a space in its name.
"""

from collections.abc import Mapping

from pseudonymisation.policy import Column
from pseudonymisation.relations import literal, quoted, trimmed

OTHER = "OTHER"
# UCUM writes units with brackets, braces and stars, and they are codes of the LOINC and UCUM vocabularies.
CODE = "[][A-Za-z0-9{}(%/][][A-Za-z0-9 .:/_+%{}()*'^#-]{0,63}"
ISO_DATE = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
ISO_TIMESTAMP = f"{ISO_DATE}([T ][0-9]{{2}}:[0-9]{{2}}(:[0-9]{{2}}([.][0-9]{{1,9}})?)?)?"
OFFSET = "(Z|[+-][0-9]{2}(:?[0-9]{2})?)"
TIME = "((?:[01][0-9]|2[0-3])[0-5][0-9][0-5][0-9])"
NUMBERS = ("DECIMAL", "DOUBLE", "FLOAT", "HUGEINT", "VARCHAR")
WHOLE_NUMBERS = frozenset({"TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT"})
EARLIEST, LATEST = "1900-01-01", "2099-12-31"


def landed(column: str) -> str:
    """Return the SQL name of a value as landed."""
    return quoted(f"landed {column}")


def typed(column: str) -> str:
    """Return the SQL name of a value in its output type."""
    return quoted(f"typed {column}")


def landed_expression(column: Column, types: Mapping[str, str]) -> str:
    """Return the SQL that reads a value from the landed file, null where the file has no such column."""
    if column.name not in types:
        return "cast(null as varchar)"
    if column.action == "text":
        # Spaces and line ends are part of a text.
        return f"nullif(cast({quoted(column.name)} as varchar), '')"
    return trimmed(column.name, types[column.name])


def typed_expression(column: Column, kind: str) -> str:
    """Return the SQL that brings a value into its output type.

    Args:
        kind: The DuckDB type in which the value landed.
    """
    value = landed(column.name)
    text = value if kind == "VARCHAR" else f"cast({value} as varchar)"
    number = value if kind in WHOLE_NUMBERS or kind.startswith(NUMBERS) else text
    if column.action == "keep":
        return _kept(column, kind, value=value, text=text, number=number)
    if column.action == "one_of":
        values = ", ".join(literal(allowed) for allowed in column.allowed_values)
        return f"case when {text} in ({values}) then {text} when {text} is not null then '{OTHER}' end"
    if column.action == "code":
        return (
            f"case when regexp_full_match({text}, {literal(CODE)}) then {text} "
            f"when {text} is not null then '{OTHER}' end"
        )
    if column.action == "range":
        return _ranged(column, number)
    if column.action == "time":
        return f"nullif(regexp_extract(replace({text}, ':', ''), '^{TIME}', 1), '')"
    return text


def _kept(column: Column, kind: str, *, value: str, text: str, number: str) -> str:
    output = column.output_type
    if output == kind != "DOUBLE" or (output == "BIGINT" and kind in WHOLE_NUMBERS):
        return f"cast({value} as {output})"
    if output in ("INTEGER", "BIGINT"):
        return _whole(number, output)
    if output == "DOUBLE":
        # A number that is not a number would poison every sum.
        return f"case when isfinite(try_cast({number} as double)) then try_cast({number} as double) end"
    if output == "BOOLEAN":
        return f"try_cast({text} as boolean)"
    if kind == "TIMESTAMP WITH TIME ZONE":
        return f"cast({value} at time zone 'UTC' as {output})"
    if kind.startswith("TIMESTAMP") or kind == "DATE":
        return f"try_cast({value} as {output})"
    if column.format is not None:
        return f"cast(try_strptime({text}, {literal(column.format)}) as {output})"
    return _iso_date(text) if output == "DATE" else _iso_timestamp(text)


def _whole(value: str, output: str) -> str:
    # A cast alone would round.
    number = f"try_cast({value} as double)"
    return f"case when {number} = trunc({number}) then try_cast({value} as {output.lower()}) end"


def _iso_date(text: str) -> str:
    # The date as written: the offset of a time of day belongs to the time.
    return (
        f"case when regexp_full_match({text}, {literal(ISO_TIMESTAMP + OFFSET + '?')}) "
        f"then try_cast(left({text}, 10) as date) end"
    )


def _iso_timestamp(text: str) -> str:
    # DuckDB's cast to timestamp drops an offset; its cast to timestamptz heeds it.
    return (
        f"case when regexp_full_match({text}, {literal(ISO_TIMESTAMP)}) then try_cast({text} as timestamp) "
        f"when regexp_full_match({text}, {literal(ISO_TIMESTAMP + OFFSET)}) "
        f"then try_cast({text} as timestamptz) at time zone 'UTC' end"
    )


def _ranged(column: Column, value: str) -> str:
    low, high = column.bounds
    number = f"try_cast({value} as double)"
    inside = f"{number} between {low} and {high}"
    if column.output_type == "INTEGER":
        return f"case when {inside} and {number} = trunc({number}) then cast({number} as integer) end"
    return f"case when {inside} then {number} end"


def failures(column: Column) -> list[tuple[str, str]]:
    """Return what can make a value reject its row: SQL conditions with their reasons, the first true one counts."""
    found = []
    if column.required:
        found.append((f"{landed(column.name)} is null", f"{column.name}_missing"))
    if column.action == "keep":
        is_lost = f"{landed(column.name)} is not null and {typed(column.name)} is null"
        found.append((is_lost, f"{column.name}_not_{column.argument}"))
        if column.output_type in ("DATE", "TIMESTAMP"):
            day = typed(column.name)
            is_outside = f"{day} < date '{EARLIEST}' or {day} >= date '{LATEST}' + 1"
            found.append((is_outside, f"{column.name}_out_of_range"))
    return found


def is_other(column: Column) -> str | None:
    """Return the SQL condition that a value passes as `OTHER` or null, None for an action that has no such case."""
    if column.action in ("one_of", "code"):
        return f"{typed(column.name)} = '{OTHER}' and cast({landed(column.name)} as varchar) <> '{OTHER}'"
    if column.action in ("range", "time"):
        return f"{landed(column.name)} is not null and {typed(column.name)} is null"
    return None
