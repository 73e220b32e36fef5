"""Warehouse: dbt's models and tests as assets and checks."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtCliResource, dbt_assets

from orchestration import dbt
from orchestration.defs.boundary import OWNERS, current_site, guarded
from orchestration.errors import TransformError

MANIFEST = guarded(lambda: dbt.ensure_manifest(current_site().zones, environ=os.environ))


class _Translator(DagsterDbtTranslator):
    """Groups by folder, so that the graph reads from staging to cohorts."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        path = dbt_resource_props["fqn"]
        return "codelists" if dbt_resource_props["resource_type"] == "seed" else path[1]

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return OWNERS

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey(dbt_resource_props["name"])


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=_Translator(), name="dbt_build")
def warehouse(context: dg.AssetExecutionContext) -> Iterator[Any]:
    """Build every model and run every test; dbt sees only the pseudonymised zone."""
    site = current_site()
    events = guarded(lambda: _build(context))
    rows = guarded(lambda: dbt.count_rows(site.zones))
    for event in events:
        name = getattr(event, "output_name", None)
        if isinstance(event, dg.Output) and name in rows:
            yield dg.Output(None, output_name=name, metadata={**event.metadata, "dagster/row_count": rows[name]})
        else:
            yield event


def _build(context: dg.AssetExecutionContext) -> list[Any]:
    zones = current_site().zones
    os.environ.update(dbt.environment(zones))
    with zones.held():
        run = DbtCliResource(project_dir=str(dbt.PROJECT), dbt_executable=dbt.executable()).cli(
            ["build", "--quiet"], context=context, raise_on_error=False, target_path=zones.dbt / "target"
        )
        events = list(run.stream())
    if not run.is_successful():
        failed = ", ".join(sorted(dbt.failed_nodes(zones.dbt / "target" / "run_results.json"))) or "before any model"
        raise TransformError(f"dbt build failed: {failed}; see {zones.dbt / 'logs'}")
    return events
