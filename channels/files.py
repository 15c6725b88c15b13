"""Sealed files on disk, one for each row of media that is stored."""

from __future__ import annotations

import os
from pathlib import Path

from channels import graph
from kernel import ids
from kernel.ids import Id

# What the seal of a file is bound to, besides its row.
PLACE = "media.file"


def path_of(tenant_id: Id, media_id: Id) -> Path:
    """Where the file of a row lies."""
    # An id begins with its time: only its end spreads.
    return graph.settings().data / "media" / tenant_id / media_id[-2:] / media_id


def write(path: Path, sealed: bytes) -> None:
    """Write it whole or not at all, also when the power goes."""
    for folder in (path.parents[2], path.parents[1], path.parent):
        folder.mkdir(mode=0o700, exist_ok=True)
    draft = path.with_name(f".{path.name}.{ids.new_id()}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(sealed)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(path)
    finally:
        draft.unlink(missing_ok=True)
    folder_handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder_handle)
    finally:
        os.close(folder_handle)
