"""Thin Dagster: each asset calls one stage and reports counts. Names of tables and columns may show here, values never."""
