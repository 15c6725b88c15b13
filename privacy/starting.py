"""Where privacy keeps its files."""

from __future__ import annotations

from kernel.settings import Settings
from privacy.closing import running
from privacy.exports import staging


def start(settings: Settings) -> None:
    """Tell where archives are kept."""
    staging.start(settings)
    running.start(settings)
