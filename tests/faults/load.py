"""The platform at work: many signed deliveries at once, and which of them were acknowledged."""

from __future__ import annotations

import asyncio
import secrets
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import aiohttp

from tests.api.door import Store, text_message
from tests.faults.place import Place
from tests.faults.programs import until
from tests.flows import town
from tests.platform_json import as_platform, sign

AT_ONCE = 24
_PEOPLE = 40


@dataclass(frozen=True)
class Letter:
    """A delivery of one message."""

    wamid: str
    body: bytes
    signature: str

    @property
    def token(self) -> bytes:
        """What the house knows it by."""
        return bytes.fromhex(self.signature.removeprefix("sha256="))


def letters(store: Store, count: int) -> list[Letter]:
    """So many messages of forty people, all different."""
    series = secrets.token_hex(4)
    return [_letter(store, f"wamid.{series}.{one:06}", one % _PEOPLE) for one in range(count)]


def _letter(store: Store, wamid: str, person: int) -> Letter:
    told = text_message(
        store,
        f"Is {wamid} still to be had?",
        phone=f"34600111{person:03}",
        name=f"Lea Prat {person}",
        wamid=wamid,
    )
    body = as_platform(told)
    return Letter(wamid, body, sign(body, town.SECRET))


class Load:
    """Posts letters, many at a time. While the gate is shut nobody begins with another one."""

    def __init__(self, place: Place, posted: Sequence[Letter], at_once: int = AT_ONCE) -> None:
        self.gate = asyncio.Event()
        self.gate.set()
        self.acknowledged: list[Letter] = []
        self.answers: Counter[int] = Counter()
        self._place = place
        self._waiting = iter(posted)
        self._at_once = at_once

    async def run(self, pause: float = 0.0) -> None:
        """Post all; a poster waits so many seconds after a letter, ten times that when refused."""
        async with asyncio.TaskGroup() as posters:
            for _ in range(self._at_once):
                posters.create_task(self._post_some(pause))

    async def reaches(self, acknowledged: int) -> None:
        """Wait until so many were acknowledged."""

        async def has_reached() -> bool:
            return len(self.acknowledged) >= acknowledged

        await until(has_reached, f"{acknowledged} are acknowledged", within=60, every=0.002)

    async def _post_some(self, pause: float) -> None:
        for letter in self._waiting:
            await self.gate.wait()
            status = await post(self._place, letter)
            self.answers[status] += 1
            if status == 200:
                self.acknowledged.append(letter)
            await asyncio.sleep(pause if status == 200 else 10 * pause)


async def post(place: Place, letter: Letter) -> int:
    """The status of the whole answer; 0 where none came."""
    headers = {"content-type": "application/json", "x-hub-signature-256": letter.signature}
    url = f"{place.root}/webhooks/whatsapp"
    try:
        async with place.http.post(url, data=letter.body, headers=headers) as answer:
            await answer.read()
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return 0
