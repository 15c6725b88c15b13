"""Workers: arq processes that drain what came in, fetch media and follow the outbox.

Doors, not rules: they load, call the verbs of the rooms below, and are done. A job is only a
doorbell; the truth is a row with a lease, and a sweep every 2 seconds finds what no bell announced.
"""
