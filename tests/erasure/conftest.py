"""A store with an owner who imports, on both databases."""

from __future__ import annotations

from tests.imports.conftest import office

__all__ = ["office"]
