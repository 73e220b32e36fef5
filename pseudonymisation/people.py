"""Who the people are behind the records of all sources: one row per source and local id, resolved once.

Here belong merges, NHS numbers, hospital numbers, opt-outs and place; what happens to the rows of a table
belongs to `tables.py`. Everything made here is identifiable and stays in the landing zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pseudonymisation.keys import SiteKeys
from pseudonymisation.optout import AllowedSet
from pseudonymisation.policy import Identity

if TYPE_CHECKING:
    import duckdb

PERMITTED = "permitted"
STATUSES = (
    PERMITTED, "nhs_number_invalid", "nhs_number_missing", "opted_out", "opt_out_unchecked", "person_unknown",
)  # fmt: skip


@dataclass(frozen=True)
class IdentityInput:
    """What one source says about identity.

    Args:
        identity: The `identity` part of the source's policy.
        landing: The source's folder in the landing zone, `landing/<source>`; it need not be there.
        mode: The source's `identity` setting.
        allowed: Who was checked and may be used; None only where config says that opt-outs do not apply.
    """

    source: str
    identity: Identity
    landing: Path
    mode: Literal["nhs_number", "local_id"]
    allowed: AllowedSet | None


@dataclass(frozen=True)
class People:
    """Where the resolved people lie, and how many local ids of each source have each status.

    `people` is a parquet file: source, local_id, status, person_id (only of the permitted), nhs_number, imd_decile.
    `known_text` is a parquet file: person_id, kind, value: what is known of a permitted person, for `text.py`.
    """

    people: Path
    known_text: Path
    counts: Mapping[str, Mapping[str, int]]


def resolve_people(
    connection: "duckdb.DuckDBPyConnection",
    links: Sequence[IdentityInput],
    *,
    keys: SiteKeys,
    into: Path,
    postcode_lookup: Path | None,
) -> People:
    """Resolve the local ids of all sources to people and write `into/people.parquet` and `into/known_text.parquet`.

    Merges are followed; of two merges of one record the newest counts. A person is permitted only if no number of
    any of their records was refused.

    Args:
        connection: Can read every `landing` and the lookup, and write below `into`.

    Raises:
        IdentityError: Merges go in a circle, or two sources have one name.
    """
    raise NotImplementedError


def write_person_place(connection: "duckdb.DuckDBPyConnection", people: Path, *, out_path: Path) -> int:
    """Write one row per permitted person (person_id, imd_decile, source) and return their number."""
    raise NotImplementedError
