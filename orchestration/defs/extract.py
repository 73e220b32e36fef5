"""Landing zone: one step per source, one asset per table that the source's policy names."""

from collections.abc import Iterator

import dagster as dg

from orchestration import stages
from orchestration.config import Source
from orchestration.defs.boundary import OWNERS, counts_metadata, current_site, guarded
from orchestration.extract.adapters import tables_of


def raw_key(source: str, table: str) -> dg.AssetKey:
    """Return the asset key of one landed table."""
    return dg.AssetKey(f"raw_{source}__{table}")


def _extract(source: Source) -> dg.AssetsDefinition:
    specs = [
        dg.AssetSpec(
            raw_key(source.name, table),
            group_name="landing",
            description=f"One row per row of {table} in source {source.name}, as read; only columns of the policy.",
            kinds={source.kind, "parquet"},
            owners=OWNERS,
            tags={"zone": "landing", "identifiable": "yes"},
        )
        for table in tables_of(source)
    ]

    @dg.multi_asset(name=f"extract_{source.name}", specs=specs)
    def extract(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None]]:
        site = current_site()
        for table in guarded(lambda: stages.extract(site, source)):
            yield dg.MaterializeResult(
                asset_key=raw_key(source.name, table.table),
                metadata=counts_metadata(
                    table.landed, read=table.read, rejected=table.rejected, columns_dropped=table.dropped
                ),
            )

    return extract


@dg.definitions
def defs() -> dg.Definitions:
    """One extract step per configured source."""
    return dg.Definitions(assets=[_extract(source) for source in current_site().config.sources])
