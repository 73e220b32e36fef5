"""One landed table in, one pseudonymised table out, every row of it accounted for.

Here belong the outcome of a row and the writing of files; what each action does to a value is in `columns.py`,
what happens to notes in `notes.py`. Values are pseudonymised once each and joined back; rows never meet Python.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pseudonymisation import columns as of
from pseudonymisation.errors import CountError, PolicyError
from pseudonymisation.keys import PseudonymKey, SiteKeys
from pseudonymisation.notes import CleanNotes, load_known_people, load_notes
from pseudonymisation.people import PERMITTED, WITHHELD, People
from pseudonymisation.policy import Column, Table, output_schema
from pseudonymisation.pseudonyms import pseudonyms, uids
from pseudonymisation.relations import (
    count,
    landed_files,
    literal,
    map_values,
    quoted,
    read_parquet,
    types_of,
    unquoted_errors,
    write_parquet,
)  # fmt: skip

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

# Identifiers that the trust gives once for all its systems; of every other domain each system has its own, and
# the same text in two systems names two things.
SHARED_DOMAINS = ("accession",)
KNOWN_MISSING = "known_identifiers_missing"
TEMPORARY = ("person_of", "duplicate", "known_person", "known_value", "note", "cleaned_note")
REJECT_COLUMNS = (
    ("source", "varchar"), ("table", "varchar"), ("file", "varchar"), ("row", "bigint"), ("column_name", "varchar"),
    ("reason", "varchar"),
)  # fmt: skip


@dataclass(frozen=True)
class TableCounts:
    """What became of the rows of one table of one source.

    `rejected` and `withheld` count rows by reason; a withheld row is sound, but its person's data may not be used.
    `other_values` counts, by column, values that passed as `OTHER` or as null because the policy does not know them.
    """

    table: str
    read: int
    kept: int
    rejected: Mapping[str, int]
    withheld: Mapping[str, int]
    other_values: Mapping[str, int]

    def __post_init__(self) -> None:
        accounted = self.kept + sum(self.rejected.values()) + sum(self.withheld.values())
        if self.read != accounted:
            raise CountError(f"{self.table}: {self.read:,} rows were read, but {accounted:,} are accounted for")


def pseudonymise_table(
    connection: "duckdb.DuckDBPyConnection",
    table: Table,
    *,
    source: str,
    landing: Path,
    people: People,
    keys: SiteKeys,
    out_path: Path,
    rejects_path: Path,
    clean_notes: CleanNotes | None = None,
) -> TableCounts:
    """Write the rows of one landed table that may pass, in the form the policy allows, and count the others.

    Args:
        connection: Can read `landing` and the files of `people`, and write beside `out_path` and `rejects_path`.
        landing: The folder of the landed parquet files, `landing/<source>/<table>`; without it there are no rows.
        out_path: The parquet file to write, with the columns of `output_schema`; replaced in one step.
        rejects_path: A parquet file of this table's own: source, table, file, row, column_name, reason.
        clean_notes: Needed where the table has text, e.g. `partial(text.clean_notes, workers=2)`.

    Raises:
        PolicyError: A column that the table cannot do without is missing, or the zone is identifiable.
        CountError: The rows do not add up; nothing was written.
    """
    if table.zone == "identifiable":
        raise PolicyError(f"{table.name}: an identifiable table is never passed on")
    files = landed_files(landing)
    with unquoted_errors(f"{source}: table {table.name}"):
        if not files:
            _write_rejects(connection, None, rejects_path)
            write_empty_table(connection, table, out_path=out_path)
            return TableCounts(table.name, 0, 0, {}, {}, {})
        work = _Work(connection, table, source, read_parquet(files), types_of(connection, read_parquet(files)))
        try:
            return _pseudonymise(work, people, keys, clean_notes, out_path=out_path, rejects_path=rejects_path)
        finally:
            for name in (*TEMPORARY, *(_map_name(column) for column in table.columns.values())):
                connection.execute(f"drop table if exists temp.{quoted(name)}")


def write_empty_table(connection: "duckdb.DuckDBPyConnection", table: Table, *, out_path: Path) -> None:
    """Write a parquet file with the columns of a pseudonymised table and no rows."""
    columns = ", ".join(f"cast(null as {kind}) as {quoted(name)}" for name, kind in output_schema(table))
    write_parquet(connection, f"select {columns} limit 0", out_path)


@dataclass(frozen=True)
class _Work:
    """One table under way: where it is read from, and the types in which its columns landed."""

    connection: "duckdb.DuckDBPyConnection"
    table: Table
    source: str
    landed: str
    types: Mapping[str, str]

    @property
    def columns(self) -> list[Column]:
        """The columns of the policy that are read."""
        return list(self.table.columns_to_land)

    @property
    def text_columns(self) -> list[Column]:
        """The columns whose values are cleaned."""
        return [column for column in self.columns if column.action == "text"]

    def kind(self, column: str) -> str:
        """Return the DuckDB type in which a column landed; one that is not there lands as null text."""
        return self.types.get(column, "VARCHAR")


def _pseudonymise(
    work: _Work, people: People, keys: SiteKeys, clean_notes: CleanNotes | None, *, out_path: Path, rejects_path: Path
) -> TableCounts:
    missing = [column for column in work.table.needed_columns if column not in work.types]
    if missing:
        raise PolicyError(f"{work.source}: table {work.table.name} has no column {', '.join(missing)}; it is needed")
    if work.text_columns and clean_notes is None:
        raise PolicyError(f"{work.table.name}: has free text, and nothing to clean it with")
    if work.table.person:
        _load_person_of(work, people)
    has_duplicates = _load_duplicates(work)
    if work.text_columns:
        load_known_people(work.connection, people.known_text)
    judged = _judged(work, has_duplicates=has_duplicates)
    counts = _counts(work, judged)
    for column in work.columns:
        if column.action in ("pseudonym", "uid"):
            _load_map(work, column, keys)
    if clean_notes is not None and work.text_columns:
        texts = [of.landed(column.name) for column in work.text_columns]
        load_notes(work.connection, judged, texts=texts, known_text=people.known_text, clean_notes=clean_notes)
    _write_rejects(work.connection, _rejects(work, judged) if counts.rejected else None, rejects_path)
    write_parquet(work.connection, f"{_passed_on(work, judged)} order by all", out_path, expected=counts.kept)
    return counts


def _load_person_of(work: _Work, people: People) -> None:
    """Make `person_of`, keyed in the type in which the table's own person column landed."""
    kind = work.kind(work.table.person or "")
    key = "local_id"
    if kind in of.WHOLE_NUMBERS:
        # Joined as numbers, but only where a number is written in the one way that its text has.
        number = f"try_cast(local_id as {kind})"
        key = f"case when cast({number} as varchar) = local_id then {number} end"
    work.connection.execute(
        f"create or replace temp table person_of as select {key} as local_id, status, person_id "
        f"from {read_parquet([people.people])} where source = {literal(work.source)} and {key} is not null"
    )


def _load_duplicates(work: _Work) -> bool:
    """Make `duplicate`: the rows that say again, to the letter, what an earlier row says; return whether there are any.

    Rows that share a key and differ are all kept: GiBleed reuses 4,384 drug exposure ids for other people's rows.
    """
    if not all(column in work.types for column in work.table.key):
        return False
    keys = ", ".join(quoted(column) for column in work.table.key)
    is_there = " and ".join(f"{quoted(column)} is not null" for column in work.table.key)
    same = " and ".join(f"landed.{quoted(column)} = repeated.{quoted(column)}" for column in work.table.key)
    everything = ", ".join(quoted(column.name) for column in work.columns if column.name in work.types)
    work.connection.execute(
        f"""
        create or replace temp table duplicate as
        with repeated as (
            select {keys} from {work.landed} where {is_there} group by {keys} having count(*) > 1
        )
        select landed.file_index, landed.file_row_number
        from (select *, file_index, file_row_number from {work.landed}) as landed
        semi join repeated on {same}
        qualify row_number() over (partition by {everything} order by _file, _row, file_index, file_row_number) > 1
        """
    )
    return count(work.connection, "select count(*) from duplicate") > 0


def _judged(work: _Work, *, has_duplicates: bool) -> str:
    """Return the SQL of all rows: as landed, in their output types, with the reason why one does not pass."""
    columns = work.columns
    landed = ", ".join(f"{of.landed_expression(column, work.types)} as {of.landed(column.name)}" for column in columns)
    typed = ", ".join(
        f"{of.typed_expression(column, work.kind(column.name))} as {of.typed(column.name)}" for column in columns
    )
    joins, more = "", ""
    if work.table.person:
        joins += f" left join person_of on person_of.local_id = {of.landed(work.table.person)}"
        more += ', person_of.status as "person status", person_of.person_id as "person pseudonym"'
    if has_duplicates:
        joins += " left join duplicate using (file_index, file_row_number)"
        more += ', duplicate.file_index is not null as "is duplicate"'
    if work.text_columns:
        joins += " left join known_person on known_person.person_id = person_of.person_id"
        more += ', known_person.person_id is not null as "is known"'
    cases = " ".join(f"when {condition} then {reason}" for condition, reason in _outcomes(work, has_duplicates))
    # The joins stand between the casts and the conditions on them, or DuckDB repeats each cast in each condition.
    return (
        f'(select *, case {cases} end as "row reason" from (select typed.*{more} from (select *, {typed} from '
        f"(select {landed}, _file, _row, file_index, file_row_number from {work.landed}) as landed) as typed{joins}) "
        "as joined)"
    )


def _outcomes(work: _Work, has_duplicates: bool) -> list[tuple[str, str]]:
    """Return the conditions that keep a row back, in the order in which they count, with SQL of the reason."""
    is_empty = " and ".join(f"{of.landed(column.name)} is null" for column in work.columns)
    found = [(is_empty, "'empty_row'")]
    if has_duplicates:
        found.append(('"is duplicate"', "'duplicate'"))
    if work.table.person:
        found.append(('"person status" is null', "'person_unknown'"))
        found.append((f"\"person status\" <> '{PERMITTED}'", '"person status"'))
    for column in work.columns:
        found += [(condition, literal(reason)) for condition, reason in of.failures(column)]
    if work.text_columns:
        has_text = " or ".join(f"{of.landed(column.name)} is not null" for column in work.text_columns)
        found.append((f'({has_text}) and not "is known"', literal(KNOWN_MISSING)))
    return found


def _counts(work: _Work, judged: str) -> TableCounts:
    others = {column.name: condition for column in work.columns if (condition := of.is_other(column))}
    sums = "".join(f", count(*) filter (where {condition})" for condition in others.values())
    rows = work.connection.execute(
        f'select "row reason" as reason, count(*){sums} from {judged} group by reason order by reason'
    ).fetchall()
    reasons = {str(reason): int(number) for reason, number, *_ in rows if reason is not None}
    kept: Sequence[Any] = next((row for row in rows if row[0] is None), (None, 0, *(0 for _ in others)))
    withheld = {reason: number for reason, number in reasons.items() if reason in (*WITHHELD, KNOWN_MISSING)}
    return TableCounts(
        table=work.table.name,
        read=count(work.connection, f"select count(*) from {work.landed}"),
        kept=int(kept[1]),
        rejected={reason: number for reason, number in reasons.items() if reason not in withheld},
        withheld=withheld,
        other_values={name: int(number) for name, number in zip(others, kept[2:], strict=True) if number},
    )


def _map_name(column: Column) -> str:
    return f"pseudonyms of {column.name}"


def _load_map(work: _Work, column: Column, keys: SiteKeys) -> None:
    """Make the table of a column's distinct identifiers and what stands for them."""
    if column.name not in work.types:
        return
    value = f"cast({of.landed_expression(column, work.types)} as varchar)"
    key = keys.uid() if column.action == "uid" else keys.site(column.argument)
    scope = "" if column.action == "uid" or column.argument in SHARED_DOMAINS else work.source
    map_values(
        work.connection,
        f"select distinct {value} from {work.landed} where {value} is not null",
        into=_map_name(column),
        columns=("identifier", "pseudonym"),
        function=lambda identifiers: (_mapped(identifiers, column.action, scope, key),),
    )


def _mapped(identifiers: "pa.Array", action: str, scope: str, key: PseudonymKey) -> "pa.Array":
    import pyarrow.compute as pc

    if action == "uid":
        return uids(identifiers, key=key)
    return pseudonyms(pc.binary_join_element_wise(scope, identifiers, ":") if scope else identifiers, key=key)


def _passed_on(work: _Work, judged: str) -> str:
    """Return the SQL of the rows that pass, with the columns of `output_schema`."""
    selected, joins = [], ""
    for index, column in enumerate(work.columns):
        if not column.is_passed_on:
            continue
        value = of.typed(column.name)
        if column.action in ("pseudonym", "uid") and column.name in work.types:
            joins += f" left join {quoted(_map_name(column))} as map_{index} on map_{index}.identifier = {value}"
            value = f"map_{index}.pseudonym"
        elif column.action == "text" and column.name in work.types:
            joins += (
                f' left join cleaned_note as map_{index} on map_{index}.person_id = "person pseudonym" '
                f"and map_{index}.text = {value}"
            )
            value = f"map_{index}.cleaned"
        selected.append(f"{value} as {quoted(column.name)}")
    person = ['"person pseudonym" as person_id'] if work.table.person else []
    return (
        f"select {', '.join([*person, *selected, f'{literal(work.source)} as source'])} from {judged} as judged{joins} "
        'where "row reason" is null'
    )


def _rejects(work: _Work, judged: str) -> str:
    names = {reason: column.name for column in work.columns for _, reason in of.failures(column)}
    cases = " ".join(f"when {literal(reason)} then {literal(name)}" for reason, name in names.items())
    column_name = f'case "row reason" {cases} end' if cases else "null"
    withheld = ", ".join(literal(reason) for reason in (*WITHHELD, KNOWN_MISSING))
    return (
        f'select {literal(work.source)}, {literal(work.table.name)}, _file, _row, {column_name}, "row reason" '
        f'from {judged} where "row reason" is not null and "row reason" not in ({withheld}) order by _file, _row'
    )


def _write_rejects(connection: "duckdb.DuckDBPyConnection", query: str | None, path: Path) -> None:
    """Write one row per rejected row. Withheld rows are only counted: a list of them would be a list of opt-outs."""
    names = ", ".join(quoted(name) for name, _ in REJECT_COLUMNS)
    casts = ", ".join(f"cast({quoted(name)} as {kind}) as {quoted(name)}" for name, kind in REJECT_COLUMNS)
    nothing = f"select {', '.join('null' for _ in REJECT_COLUMNS)} limit 0"
    write_parquet(connection, f"select {casts} from ({query or nothing}) as rejects ({names})", path)
