"""The gate: what a release must be before it may leave the trust. Imports Great Expectations and nothing of ours."""
