"""Where privacy keeps its files."""

from __future__ import annotations

from kernel.settings import Settings
from privacy import processors
from privacy.closing import running
from privacy.exports import staging


def start(settings: Settings) -> None:
    """Tell where archives are kept, and who may be told of erasures."""
    staging.start(settings)
    running.start(settings)
    processors.start(settings)
