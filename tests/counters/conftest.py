"""An office that runs campaigns, and what its shop tells of."""

from __future__ import annotations

from tests.api.conftest import door, store
from tests.campaigns.conftest import office
from tests.templates.conftest import studio

__all__ = ["door", "office", "store", "studio"]
