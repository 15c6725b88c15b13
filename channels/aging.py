"""Files of messages and words of the platform grow old."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from channels import files
from kernel import tenancy
from kernel.aging import Aging
from kernel.ids import Id


async def _unlink(media_ids: Sequence[Id]) -> None:
    paths = [files.path_of(tenancy.current(), one) for one in media_ids]

    def unlink() -> None:
        for path in paths:
            path.unlink(missing_ok=True)

    await asyncio.to_thread(unlink)


MEDIA = (
    Aging(
        "media",
        when="t.state = 'stored'",
        emptied={"state": "'gone'"},
        whose="subject_id",
        prepare=_unlink,
    ),
)
PLATFORM_UPDATES = (Aging("platform_update"),)
