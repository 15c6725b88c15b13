"""What a process loads at its start stays for good, so the collector need not walk it.

A full walk over the 200,000 objects of the API's modules and schema stops every request for 120 ms,
and the walks while they are loaded make a fifth of the start.
"""

from __future__ import annotations

import gc

# New objects that the collector waits for before it walks them, and how many walks before it walks
# the older ones, and the oldest. By Python's own figures (700, 10, 10) it took a tenth of the
# processor at 3,300 webhooks a second, and held a request up for 60 ms now and then.
_SELDOM = (10_000, 20, 50)


def begin() -> None:
    """No walks from here on: to be called before the rooms are imported."""
    gc.disable()


def end() -> None:
    """All that is there now is left alone; what comes is collected, in large portions."""
    gc.freeze()
    gc.set_threshold(*_SELDOM)
    gc.enable()
