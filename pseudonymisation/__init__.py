"""De-identification inside the trust: pure functions over values and DuckDB relations; imports nothing of ours."""
