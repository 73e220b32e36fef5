"""Thin Dagster: each asset calls one stage and reports counts. Names of tables may show here, values never."""
