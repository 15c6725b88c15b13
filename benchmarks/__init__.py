"""Measurements of the figures that the README promises: `scripts/bench NAME`.

Each prints what it measured and a ratio to a floor measured in the same run, on SQLite and on
PostgreSQL 18, as medians of interleaved rounds. Absolute figures are this machine's; compare the
ratios.
"""
