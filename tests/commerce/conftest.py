"""Properties are judged by what they find, not by how busy the machine is."""

from __future__ import annotations

from hypothesis import settings

from tests.api.conftest import door, store

__all__ = ["door", "store"]

settings.register_profile("house", deadline=None)
settings.load_profile("house")
