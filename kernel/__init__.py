"""The kernel: what every room stands on, with no business word in it.

Settings, clock, ids, tenancy, the databases and their units of work, events and bells, keys and
seals, chains, the audit log, errors, logs, metrics, migrations.
My events: key.rotated, key.destroyed.
"""
