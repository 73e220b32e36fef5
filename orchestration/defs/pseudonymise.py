"""Pseudonymised zone: who is who first, then one step per kind of source."""

from collections.abc import Iterator

import dagster as dg

from orchestration import stages
from orchestration.defs.boundary import OWNERS, counts_metadata, current_site, guarded, today
from orchestration.defs.extract import raw_key
from orchestration.extract.adapters import tables_of

PEOPLE = dg.AssetKey("people")
PLACES = dg.AssetKey("pseudo_site__person_place")


def pseudo_key(kind: str, table: str) -> dg.AssetKey:
    """Return the asset key of one pseudonymised table."""
    return dg.AssetKey(f"pseudo_{kind}__{table}")


def _identify() -> dg.AssetsDefinition:
    sources = current_site().config.sources
    links = [raw_key(source.name, table) for source in sources for table in stages.identity_tables_of(source)]
    specs = [
        dg.AssetSpec(
            PEOPLE,
            deps=links,
            group_name="landing",
            description="One row per local identifier of each source: whose it is, and whether its rows may go on.",
            kinds={"duckdb", "parquet"},
            owners=OWNERS,
            tags={"zone": "landing", "identifiable": "yes"},
        ),
        dg.AssetSpec(
            PLACES,
            deps=[PEOPLE],
            group_name="pseudonymised",
            description="One row per person who may go on, with the IMD decile of their postcode.",
            kinds={"parquet"},
            owners=OWNERS,
            tags={"zone": "pseudonymised"},
        ),
    ]

    @dg.multi_asset(name="identify_people", specs=specs)
    def identify() -> Iterator[dg.MaterializeResult[None]]:
        site = current_site()
        people = guarded(lambda: stages.identify(site, today=today()))
        yield dg.MaterializeResult(asset_key=PEOPLE, metadata=counts_metadata(people.read, by_status=people.by_status))
        yield dg.MaterializeResult(asset_key=PLACES, metadata=counts_metadata(people.permitted))

    return identify


def _pseudonymise(kind: str) -> dg.AssetsDefinition:
    sources = [source for source in current_site().config.sources if source.kind == kind]
    specs = [
        dg.AssetSpec(
            pseudo_key(kind, table),
            deps=[PEOPLE, *(raw_key(source.name, table) for source in sources if table in tables_of(source))],
            group_name="pseudonymised",
            description=f"One row per row of {table} that may go on, identifiers replaced, columns as the policy says.",
            kinds={kind, "parquet"},
            owners=OWNERS,
            tags={"zone": "pseudonymised"},
        )
        for table in stages.tables_passed_on(kind)
    ]

    @dg.multi_asset(name=f"pseudonymise_{kind}", specs=specs)
    def pseudonymise() -> Iterator[dg.MaterializeResult[None]]:
        site = current_site()
        for table in guarded(lambda: stages.pseudonymise(site, kind)):
            yield dg.MaterializeResult(
                asset_key=pseudo_key(kind, table.table),
                metadata=counts_metadata(
                    table.kept,
                    read=table.read,
                    rejected=table.rejected,
                    withheld=table.withheld,
                    values_set_to_other=table.other_values,
                ),
            )

    return pseudonymise


@dg.definitions
def defs() -> dg.Definitions:
    """One step per kind; a kind without a source writes empty tables, so that every model can be built."""
    return dg.Definitions(assets=[_identify(), *(_pseudonymise(kind) for kind in stages.KINDS)])
