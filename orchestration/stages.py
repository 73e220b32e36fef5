"""The stages of the whole path on one site, each idempotent: what Dagster's assets call.

Here belongs which zone a stage reads and writes; how it does its work belongs to the package that it calls.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.config import Source
from orchestration.duck import connect
from orchestration.errors import ExtractError
from orchestration.extract.adapters import is_identifiable, land_source, tables_of
from orchestration.extract.landing import Landed
from orchestration.site import Site
from pseudonymisation import people as people_of
from pseudonymisation.optout import AllowedSet, read_allowed_set
from pseudonymisation.people import IdentityInput, People
from pseudonymisation.policy import load_policy
from pseudonymisation.tables import TableCounts, pseudonymise_table, write_empty_table
from pseudonymisation.text import clean_notes

if TYPE_CHECKING:
    import duckdb

KINDS = ("omop", "fhir", "dicom")
TEXT_WORKERS = 2


@dataclass(frozen=True)
class Identified:
    """How many local identifiers were read, how many people may go on, and the identifiers by status."""

    read: int
    permitted: int
    by_status: Mapping[str, int]


def identity_tables_of(source: Source) -> tuple[str, ...]:
    """Return the landed tables that say who a source's people are."""
    identity = load_policy(source.kind).identity
    tables = {identity.table, identity.fallback_table, identity.merges.table if identity.merges else identity.table}
    return tuple(name for name in tables_of(source) if name in tables)


def tables_passed_on(kind: str) -> tuple[str, ...]:
    """Return the tables of one kind of source that the pseudonymised zone holds."""
    return tuple(name for name, table in load_policy(kind).tables.items() if not is_identifiable(table))


def extract(site: Site, source: Source) -> tuple[Landed, ...]:
    """Read one source into the landing zone."""
    zones = site.zones
    with zones.held():
        zones.empty_spill()
        return land_source(source, root=zones.home, landing=zones.landing, spill=zones.spill)


def allowed_set(site: Site, *, today: date) -> AllowedSet | None:
    """Return whom the National Data Opt-Out allows; None only where no source of the site is subject to it."""
    listed = site.config.policy.opt_out_list
    if listed is None or not any(source.opt_out.apply for source in site.config.sources):
        return None
    request, response = (_newest(site.path(folder)) for folder in (listed.request, listed.response))
    return read_allowed_set(request, response, today=today, max_age_days=listed.max_age_days)


def identify(site: Site, *, today: date) -> Identified:
    """Say of every local identifier of every source whose it is and whether its rows may go on."""
    zones, policy = site.zones, site.config.policy
    allowed = allowed_set(site, today=today)
    links = [
        IdentityInput(
            source=source.name,
            identity=load_policy(source.kind).identity,
            landing=zones.landing / source.name,
            mode=source.identity,
            allowed=allowed if source.opt_out.apply else None,
        )
        for source in site.config.sources
    ]
    lookup = site.path(policy.postcode_lookup) if policy.postcode_lookup else None
    readable = [zones.landing, zones.pseudonymised, *([lookup.parent] if lookup else [])]
    into = zones.landing / "_people"
    with zones.held():
        into.mkdir(exist_ok=True, mode=0o700)
        connection = connect(allowed_directories=readable, spill=zones.spill)
        try:
            people = people_of.resolve_people(connection, links, keys=site.keys, into=into, postcode_lookup=lookup)
            place = zones.pseudonymised / "site" / "person_place" / "site.parquet"
            permitted = people_of.write_person_place(connection, people.people, out_path=place)
        finally:
            connection.close()
    by_status: dict[str, int] = {}
    for counts in people.counts.values():
        for status, count in counts.items():
            by_status[status] = by_status.get(status, 0) + count
    return Identified(sum(by_status.values()), permitted, by_status)


def pseudonymise(site: Site, kind: str) -> tuple[TableCounts, ...]:
    """Write the pseudonymised tables of every source of one kind, and a table without rows for each."""
    sources = [source for source in site.config.sources if source.kind == kind]
    zones, policy = site.zones, load_policy(kind)
    folder = zones.pseudonymised / kind
    with zones.held():
        connection = connect(allowed_directories=[zones.landing, zones.pseudonymised], spill=zones.spill)
        try:
            counts = []
            for name in tables_passed_on(kind):
                asked = [source for source in sources if name in tables_of(source)]
                _leave_only(folder / name, {f"{source.name}.parquet" for source in asked})
                write_empty_table(connection, policy.tables[name], out_path=folder / name / "_empty.parquet")
                counts.append(_add_up(name, [_one_table(connection, site, source, name) for source in asked]))
            return tuple(counts)
        finally:
            connection.close()


def _one_table(connection: "duckdb.DuckDBPyConnection", site: Site, source: Source, name: str) -> TableCounts:
    zones = site.zones
    people = zones.landing / "_people"
    return pseudonymise_table(
        connection,
        load_policy(source.kind).tables[name],
        source=source.name,
        landing=zones.landing / source.name / name,
        people=People(people / "people.parquet", people / "known_text.parquet", {}),
        keys=site.keys,
        out_path=zones.pseudonymised / source.kind / name / f"{source.name}.parquet",
        rejects_path=zones.landing / "_rejects" / source.name / f"{name}.parquet",
        clean_notes=partial(clean_notes, workers=TEXT_WORKERS),
    )


def _add_up(name: str, counts: Sequence[TableCounts]) -> TableCounts:
    """Return the counts of one table over all sources of a kind."""
    rejected, withheld, other = Counter[str](), Counter[str](), Counter[str]()
    for count in counts:
        rejected.update(count.rejected)
        withheld.update(count.withheld)
        other.update(count.other_values)
    return TableCounts(
        name, sum(count.read for count in counts), sum(count.kept for count in counts), rejected, withheld, other
    )


def _leave_only(folder: Path, names: set[str]) -> None:
    """Delete what a source left that is no longer configured."""
    folder.mkdir(parents=True, exist_ok=True)
    for found in folder.glob("*.parquet"):
        if found.name not in names:
            found.unlink()


def _newest(folder: Path) -> Path:
    """Return the newest MESH file of a folder by the day and number in its name, MAILBOX-DDMMYY-NNNN.dat."""
    files = sorted(folder.glob("*-??????-????.dat"), key=lambda path: (_day(path), path.stem[-4:]))
    if not files:
        raise ExtractError(f"opt-out list: no MAILBOX-DDMMYY-NNNN.dat in {folder}; see opt_out_list in policy.yaml")
    return files[-1]


def _day(path: Path) -> str:
    """`RRV-211126-0001` was sent on 26-11-21."""
    day = path.stem[-11:-5]
    return day[4:6] + day[2:4] + day[0:2]
