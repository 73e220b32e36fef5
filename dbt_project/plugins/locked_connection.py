"""Close DuckDB before dbt runs its first statement, so that models can open the pseudonymised zone and nothing else.

dbt-duckdb hands a new connection to `Plugin.configure_connection` once, before any model. The profile's own
`config_options` cannot do this: DuckDB refuses `allowed_directories` before the database is started and also
once external access is off, and `settings` would be repeated on every cursor of a connection already locked.
"""

from typing import Any

from dbt.adapters.duckdb.plugins import BasePlugin
from duckdb import DuckDBPyConnection

# The database file, its WAL and the spill folder stay open to DuckDB without being named.
CLOSED = {"enable_external_access": False, "lock_configuration": True}


class Plugin(BasePlugin):
    """Lets a connection read below `allowed_directories`, and locks that."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Keep the folders that the profile names; a profile that names none is refused."""
        self._folders: list[str] = plugin_config["allowed_directories"]
        if not self._folders or not all(self._folders):
            raise ValueError("profiles.yml: locked_connection needs allowed_directories")

    def configure_connection(self, conn: DuckDBPyConnection) -> None:
        """Close the connection; one that is locked already is left as it is, because nothing can open it again."""
        locked = conn.execute("select current_setting('lock_configuration')").fetchone()
        if locked == (True,):
            return
        conn.execute("set allowed_directories = ?", [self._folders])
        for setting, value in CLOSED.items():
            conn.execute(f"set {setting} = {str(value).lower()}")
