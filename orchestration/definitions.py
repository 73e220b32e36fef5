"""All Dagster definitions of this site; each module of `defs/` holds those of one stage."""

from pathlib import Path

import dagster as dg


@dg.definitions
def defs() -> dg.Definitions:
    """Everything below `orchestration/defs`."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
