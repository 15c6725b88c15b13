"""A store with an owner who imports, and with an agent at a desk, on both databases."""

from __future__ import annotations

from tests.api.conftest import desk, door, platform, store
from tests.imports.conftest import office

__all__ = ["desk", "door", "office", "platform", "store"]
