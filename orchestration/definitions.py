"""All Dagster definitions of this site; each module of `defs/` holds those of one stage."""

import os
from pathlib import Path

import dagster as dg

# Whoever loads these definitions, Dagster stores no traceback of ours: it could quote a row.
os.environ["DAGSTER_REDACT_USER_CODE_ERRORS"] = "1"


@dg.definitions
def defs() -> dg.Definitions:
    """Everything below `orchestration/defs`."""
    return dg.load_from_defs_folder(path_within_project=Path(__file__).parent)
