"""Notes on their way through Python: each distinct text of a person once, person by person, and back into DuckDB.

What cleaning does to a text is in `text.py`; here is only how texts and what is known of their people meet.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING

from pseudonymisation.errors import CountError
from pseudonymisation.relations import count, quoted, read_parquet, types_of
from pseudonymisation.text import PersonNotes

if TYPE_CHECKING:
    import duckdb

# Takes the notes of one person after the other, gives back their cleaned texts in the same order.
CleanNotes = Callable[[Iterable[PersonNotes]], Iterator[tuple[str, ...]]]

NOTES_IN_A_PAGE = 5_000
# Without a name of the patient no note can be trusted to be clean of it.
NAMES = ("given_name", "family_name")


def load_known_people(connection: "duckdb.DuckDBPyConnection", known_text: Path) -> None:
    """Make `known_person`: the people of whom a name is known."""
    relation = read_parquet([known_text])
    names = [name for name in NAMES if name in types_of(connection, relation)]
    is_named = " or ".join(f"{quoted(name)} is not null" for name in names) or "false"
    connection.execute(
        f"create or replace temp table known_person as select distinct person_id from {relation} where {is_named}"
    )


def load_notes(
    connection: "duckdb.DuckDBPyConnection",
    judged: str,
    *,
    texts: Sequence[str],
    known_text: Path,
    clean_notes: CleanNotes,
) -> None:
    """Make `cleaned_note` (person_id, text, cleaned): every distinct text of a person whose row passes, once.

    Args:
        judged: The SQL of all rows with their outcome.
        texts: The SQL names of its text columns.

    Raises:
        CountError: As many texts did not come back as went.
    """
    parts = " union all ".join(
        f'select "person pseudonym" as person_id, {text} as text from {judged} '
        f'where "row reason" is null and {text} is not null'
        for text in texts
    )
    connection.execute(
        f"create or replace temp table note as select distinct * from ({parts}) order by person_id, text"
    )
    _load_known_values(connection, known_text)
    connection.execute("create or replace temp table cleaned_note (person_id varchar, text varchar, cleaned varchar)")
    batch: list[str] = []
    first = 0
    for cleaned in clean_notes(_notes(connection)):
        batch += cleaned
        if len(batch) >= NOTES_IN_A_PAGE:
            _insert(connection, batch, first)
            first, batch = first + len(batch), []
    _insert(connection, batch, first)
    there, back = (count(connection, f"select count(*) from {name}") for name in ("note", "cleaned_note"))
    if there != back or first + len(batch) != there:
        raise CountError(f"notes: {there:,} texts were to be cleaned, but {back:,} came back")


def _load_known_values(connection: "duckdb.DuckDBPyConnection", known_text: Path) -> None:
    """Make `known_value` (person_id, kind, value) for the people who have notes."""
    relation = read_parquet([known_text])
    kinds = [name for name in types_of(connection, relation) if name != "person_id"]
    connection.execute("create or replace temp table known_value (person_id varchar, kind varchar, value varchar)")
    for kind in kinds:
        connection.execute(
            f"insert into known_value select distinct person_id, '{kind}', {quoted(kind)} from {relation} "
            f"semi join note using (person_id) where {quoted(kind)} is not null"
        )


def _notes(connection: "duckdb.DuckDBPyConnection") -> Iterator[PersonNotes]:
    for first in range(0, count(connection, "select count(*) from note"), NOTES_IN_A_PAGE):
        page = f"rowid >= {first} and rowid < {first + NOTES_IN_A_PAGE}"
        rows = connection.execute(f"select person_id, text from note where {page} order by rowid").fetchall()
        values = connection.execute(
            f"select person_id, kind, value from known_value semi join (select person_id from note where {page}) "
            "using (person_id) order by all"
        ).fetchall()
        known = {
            person: tuple((kind, value) for _, kind, value in found)
            for person, found in groupby(values, key=itemgetter(0))
        }
        for person, found in groupby(rows, key=itemgetter(0)):
            yield PersonNotes(known=known.get(person, ()), texts=tuple(text for _, text in found))


def _insert(connection: "duckdb.DuckDBPyConnection", cleaned: Sequence[str], first: int) -> None:
    import pyarrow as pa

    if not cleaned:
        return
    number = pa.array(range(first, first + len(cleaned)), pa.int64())
    connection.register("cleaned_batch", pa.table({"number": number, "cleaned": pa.array(cleaned, pa.string())}))
    connection.execute(
        "insert into cleaned_note select note.person_id, note.text, cleaned_batch.cleaned "
        "from cleaned_batch join note on note.rowid = cleaned_batch.number"
    )
    connection.unregister("cleaned_batch")
