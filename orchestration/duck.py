"""The one way to open DuckDB: no network, no extensions, only the folders that a stage names, nothing to unlock."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import duckdb

THREADS = 2
MEMORY_LIMIT = "3GB"


def connect(
    *,
    allowed_directories: Sequence[Path],
    database: Path | None = None,
    read_only: bool = False,
    threads: int = THREADS,
    memory_limit: str = MEMORY_LIMIT,
    spill: Path | None = None,
) -> "duckdb.DuckDBPyConnection":
    """Return a connection that can open files below `allowed_directories` and nothing else.

    Args:
        database: A DuckDB file; without it the database is in memory.
        spill: Where to spill what exceeds `memory_limit`; without it nothing is spilled.

    Source: DuckDB, "Securing DuckDB". The order matters: nothing can be allowed once external access is off.
    """
    import duckdb

    connection = duckdb.connect(str(database or ":memory:"), read_only=read_only)
    folders = [str(folder.resolve()) for folder in allowed_directories]
    connection.execute("set allowed_directories = ?", [folders])
    connection.execute("set temp_directory = ?", [str(spill) if spill else ""])
    for setting in (
        f"threads = {int(threads)}",
        f"memory_limit = '{memory_limit}'",
        "preserve_insertion_order = true",
        "enable_progress_bar = false",
        "timezone = 'UTC'",
        "enable_external_access = false",
        "autoinstall_known_extensions = false",
        "autoload_known_extensions = false",
        "lock_configuration = true",
    ):
        connection.execute(f"set {setting}")
    return connection


def quoted(name: str) -> str:
    """Return a name as a quoted SQL identifier."""
    return '"' + name.replace('"', '""') + '"'


def literal(value: str | Path) -> str:
    """Return a text as a quoted SQL literal."""
    return "'" + str(value).replace("'", "''") + "'"
