"""Postcodes, and how deprived the place is that they name; no place leaves in a finer form than a decile."""

from pathlib import Path
from typing import TYPE_CHECKING

from pseudonymisation.errors import IdentityError
from pseudonymisation.relations import count, literal, quoted

if TYPE_CHECKING:
    import duckdb

HEADER = "postcode,lsoa_code,imd_decile"


def postcode_sql(expression: str) -> str:
    """Return the SQL that brings a postcode into one form: capitals and digits only, null where none is left."""
    return f"nullif(upper(regexp_replace({expression}, '[^A-Za-z0-9]', '', 'g')), '')"


def load_postcodes(connection: "duckdb.DuckDBPyConnection", lookup: Path | None, *, name: str) -> None:
    """Make a temporary table `name` (postcode, imd_decile) from a lookup file, empty without one.

    Args:
        lookup: CSV with the columns postcode, lsoa_code, imd_decile (1 most deprived), in this order.

    Raises:
        IdentityError: The file is not there, has other columns, or a decile outside 1 to 10.
    """
    connection.execute(f"create or replace temp table {quoted(name)} (postcode varchar, imd_decile integer)")
    if lookup is None:
        return
    relation = _relation(lookup)
    wrong = _counted(connection, f"select count(*) from {relation} where {_decile()} is null", lookup)
    if wrong:
        raise IdentityError(f"{lookup.name}: {wrong:,} rows have no imd_decile from 1 to 10; correct the lookup")
    connection.execute(
        f"insert into {quoted(name)} select {postcode_sql('postcode')} as place, min({_decile()}) from {relation} "
        "group by place having place is not null and count(distinct imd_decile) = 1"
    )


def _decile() -> str:
    return "case when regexp_full_match(imd_decile, '[1-9]|10') then cast(imd_decile as integer) end"


def _relation(lookup: Path) -> str:
    try:
        with lookup.open(encoding="utf-8-sig") as file:
            header = file.readline().strip()
    except (OSError, UnicodeDecodeError):
        raise IdentityError(f"{lookup.name}: no postcode lookup that can be read; correct policy.yaml") from None
    if header != HEADER:
        raise IdentityError(f"{lookup.name}: a postcode lookup begins with {HEADER}")
    columns = ", ".join(f"{column}: 'VARCHAR'" for column in HEADER.split(","))
    # Sniffing loses rows without a word: everything is stated.
    return (
        f"read_csv({literal(lookup)}, columns = {{{columns}}}, auto_detect = false, header = true, delim = ',', "
        "quote = '\"', escape = '\"', strict_mode = true)"
    )


def _counted(connection: "duckdb.DuckDBPyConnection", query: str, lookup: Path) -> int:
    import duckdb

    try:
        return count(connection, query)
    except duckdb.Error:
        # DuckDB quotes the line that it cannot read.
        raise IdentityError(f"{lookup.name}: not a CSV of three columns; correct the lookup") from None
