"""The door, for the month."""

from __future__ import annotations

from tests.api.conftest import door

__all__ = ["door"]
