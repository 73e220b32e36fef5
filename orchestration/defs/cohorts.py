"""Warehouse: dbt's models and tests as assets and checks."""

import os
from collections.abc import Iterator, Mapping
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, dbt_assets

from orchestration import dbt
from orchestration.defs.boundary import OWNERS, current_site, guarded

MANIFEST = guarded(lambda: dbt.ensure_manifest(current_site().zones, environ=os.environ))


class _Translator(DagsterDbtTranslator):
    """Groups by folder, so that the graph reads from staging to cohorts."""

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str:
        path = dbt_resource_props["fqn"]
        return "codelists" if dbt_resource_props["resource_type"] == "seed" else path[1]

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        return str(dbt_resource_props.get("description", ""))

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> list[str]:
        return OWNERS

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        if dbt_resource_props["resource_type"] == "source":
            return super().get_asset_key(dbt_resource_props)
        return dg.AssetKey(dbt_resource_props["name"])


@dbt_assets(manifest=MANIFEST, dagster_dbt_translator=_Translator(), name="dbt_build")
def warehouse(context: dg.AssetExecutionContext) -> Iterator[dg.MaterializeResult[None] | dg.AssetCheckResult]:
    """Build every model and run every test; dbt sees only the pseudonymised zone."""
    built = guarded(lambda: dbt.build(current_site().zones, environ=os.environ))
    tests = {key.name: key for key in context.selected_asset_check_keys}
    for name in built.rows:
        if dg.AssetKey(name) in context.selected_asset_keys:
            yield dg.MaterializeResult(asset_key=name, metadata={"dagster/row_count": built.rows[name]})
    for name in sorted(built.tests & tests.keys()):
        # dbt's words about a test can quote rows; that it passed is all there is to say of one that did.
        yield dg.AssetCheckResult(passed=True, asset_key=tests[name].asset_key, check_name=name)
