"""Postcodes, and how deprived the place is that they name; no place leaves in a finer form than a decile."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb


def load_postcodes(connection: "duckdb.DuckDBPyConnection", lookup: Path | None, *, name: str) -> None:
    """Make a temporary table `name` (postcode, imd_decile) from a lookup file, empty without one.

    Args:
        lookup: CSV with the columns postcode, lsoa_code, imd_decile (1 most deprived), in this order.

    Raises:
        IdentityError: The file is not there, has other columns, or a decile outside 1 to 10.
    """
    raise NotImplementedError


def postcode_sql(expression: str) -> str:
    """Return the SQL that brings a postcode into one form: capitals and digits only, null where none is left."""
    raise NotImplementedError
