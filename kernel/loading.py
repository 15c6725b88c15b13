"""What a process loads at its start stays for good, so the collector need not walk it.

A full walk over the 200,000 objects of the API's modules and schema stops every request for 120 ms,
and the walks while they are loaded make a fifth of the start.
"""

from __future__ import annotations

import gc


def begin() -> None:
    """No walks from here on: to be called before the rooms are imported."""
    gc.disable()


def end() -> None:
    """All that is there now is left alone; what comes is collected as ever."""
    gc.freeze()
    gc.enable()
