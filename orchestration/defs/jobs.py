"""The one job. It runs in one process: DuckDB has one writer, and each process costs seconds of imports."""

import dagster as dg

WHOLE_PATH = "whole_path"


@dg.definitions
def defs() -> dg.Definitions:
    """The job from sources to releases."""
    job = dg.define_asset_job(
        WHOLE_PATH,
        selection=dg.AssetSelection.all(),
        executor_def=dg.in_process_executor,
        description="Sources to signed releases: extract, pseudonymise, dbt, gate, release.",
    )
    return dg.Definitions(jobs=[job], executor=dg.in_process_executor)
