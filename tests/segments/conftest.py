"""A running API with one store, on both databases."""

from __future__ import annotations

from tests.api.conftest import door, store

__all__ = ["door", "store"]
