"""A store behind a running API, on both databases."""

from __future__ import annotations

from tests.api.conftest import desk, door, platform, store

__all__ = ["desk", "door", "platform", "store"]
