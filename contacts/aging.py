"""What touched a person grows old."""

from __future__ import annotations

from kernel.aging import Aging

ACTIVITY = (Aging("activity"),)
