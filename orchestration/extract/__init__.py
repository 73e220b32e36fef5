"""Source adapters: one module per kind of source, all behind `land_source`."""
