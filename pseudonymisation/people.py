"""Who the people are behind the records of all sources: one row per source and local id, resolved once.

Here belong the input, the files that come out and their order; how a record becomes a person is in
`resolution.py`. Everything made here is identifiable and stays in the landing zone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pseudonymisation import resolution
from pseudonymisation.errors import IdentityError
from pseudonymisation.keys import SiteKeys
from pseudonymisation.merges import load_merges
from pseudonymisation.optout import AllowedSet
from pseudonymisation.places import load_postcodes
from pseudonymisation.policy import Identity
from pseudonymisation.relations import quoted, read_parquet, unquoted_errors, write_parquet

if TYPE_CHECKING:
    import duckdb

PERMITTED = "permitted"
# The data of these people are sound, but may not be used.
WITHHELD = ("opted_out", "opt_out_unchecked")
STATUSES = (
    PERMITTED,
    *WITHHELD,
    "nhs_number_invalid",
    "nhs_number_missing",
    "nhs_number_conflicting",
    "person_unknown",
)


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

    def __post_init__(self) -> None:
        if self.mode == "local_id" and self.allowed is not None:
            raise IdentityError(f"source {self.source}: opt-outs need identity: nhs_number")


@dataclass(frozen=True)
class People:
    """Where the resolved people lie, and how many local ids of each source have each status.

    `people` is a parquet file: source, local_id, status, person_id (only of the permitted), nhs_number, imd_decile.
    `known_text` is a parquet file with one row per identity record of a permitted person: person_id and what is
    known of that person, one column per kind of the policies' `known_text`; for `text.py`.
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
        IdentityError: Merges go in a circle, two sources have one name, or the lookup is wrong.
    """
    if len({link.source for link in links}) < len(links):
        raise IdentityError("sources: every source needs a name of its own")
    kinds = tuple(dict.fromkeys(kind for link in links for kind in link.identity.known_text))
    people = People(into / "people.parquet", into / "known_text.parquet", {})
    try:
        with unquoted_errors("people"):
            _resolve(connection, links, kinds, keys=keys, postcode_lookup=postcode_lookup)
            _write(connection, kinds, people)
            return People(people.people, people.known_text, _counts(connection, links))
    finally:
        resolution.drop_all(connection)


def _resolve(
    connection: "duckdb.DuckDBPyConnection",
    links: Sequence[IdentityInput],
    kinds: Sequence[str],
    *,
    keys: SiteKeys,
    postcode_lookup: Path | None,
) -> None:
    resolution.load_records(connection, links, kinds)
    load_merges(connection, [(link.source, link.identity.merges, link.landing) for link in links])
    load_postcodes(connection, postcode_lookup, name="postcode_decile")
    resolution.load_candidates(connection, links)
    resolution.apply_opt_outs(connection, links)
    resolution.load_person_ids(connection, key=keys.site("person"))


def _write(connection: "duckdb.DuckDBPyConnection", kinds: Sequence[str], people: People) -> None:
    write_parquet(
        connection,
        "select source, local_id, status, person_id, nhs_number, imd_decile from resolved order by source, local_id",
        people.people,
    )
    known = "".join(f", record.{quoted(resolution.known(kind))} as {quoted(kind)}" for kind in kinds)
    write_parquet(
        connection,
        f"select distinct resolved.person_id{known} from record join resolved using (source, local_id) "
        "where resolved.status = 'permitted' order by all",
        people.known_text,
    )


def _counts(connection: "duckdb.DuckDBPyConnection", links: Sequence[IdentityInput]) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {link.source: {} for link in links}
    query = "select source, status, count(*) from resolved group by all order by all"
    for source, status, number in connection.execute(query).fetchall():
        counts[source][status] = number
    return counts


def write_person_place(connection: "duckdb.DuckDBPyConnection", people: Path, *, out_path: Path) -> int:
    """Write one row per permitted person (person_id, imd_decile, source) and return their number.

    Of several records of a person the first that knows the place counts, by source and local id.
    """
    return write_parquet(
        connection,
        "select person_id, arg_min(imd_decile, (source, local_id)) "
        "filter (where imd_decile is not null) as imd_decile, "
        f"cast('site' as varchar) as source from {read_parquet([people])} "
        "where status = 'permitted' group by person_id order by person_id",
        out_path,
    )
