"""The door, for the month, and a store behind it."""

from __future__ import annotations

from tests.api.conftest import door, store

__all__ = ["door", "store"]
