"""A file of ours, ready to be read: in a thread, from any row on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from imports import files
from imports.forms import SAMPLE, Form
from imports.rows import Rows
from kernel import database, tenancy
from kernel.errors import NotFound
from kernel.ids import Id
from kernel.seal import Sealer


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the current tenant and what opens it; its size is in bytes."""

    file_id: Id
    path: Path
    size: int
    sealer: Sealer

    def sample(self) -> bytes:
        """How it begins."""
        first = next(files.read(self.path, self.sealer, self.file_id, self.size))
        return first[:SAMPLE]

    def rows(self, form: Form, position: int = 0, number: int = 0) -> Rows:
        """Its records behind a position of its text, the last of which had this number."""
        start = form.mark + (position if form.encoding == "utf-8" else 0)
        data = files.read(self.path, self.sealer, self.file_id, self.size, start)
        return Rows(form.text(data, position), form, position, number)


async def source_of(file_id: Id) -> Source:
    """A file to read; NotFound when it is not here, or no more."""
    row = await database.row(
        """SELECT size FROM import_file
            WHERE tenant_id = $1::uuid AND id = $2::uuid AND state = 'stored'""",
        tenancy.current(),
        file_id,
    )
    if row is None:
        raise NotFound("There is no such file.", field=("file",))
    return Source(file_id, files.path_of(file_id), row["size"], await files.sealer_of(file_id))
