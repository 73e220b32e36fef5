"""The application: sources in, signed releases out. The only package that knows Dagster."""
