"""Updates on their way to the apps that listen: gathered, posted, tried again (contract 3.3)."""

from __future__ import annotations

import asyncio
from collections import Counter, deque
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from time import perf_counter
from urllib.parse import urlsplit

import aiohttp

from channels.simulator.clock import Clock
from channels.simulator.envelope import Update, envelope, parts, signature, written
from channels.simulator.records import App
from channels.simulator.settings import Settings
from channels.simulator.shapes import Json
from channels.simulator.town import Town
from kernel.clock import SECOND

# The fields that an account or a number may send elsewhere (contract 3.2).
_ELSEWHERE = {
    "messages",
    "message_echoes",
    "calls",
    "consumer_profile",
    "messaging_handovers",
    "smb_message_echoes",
    "smb_app_state_sync",
    "history",
    "account_settings_update",
}
_MEASURED = 100_000


@dataclass(slots=True)
class _Post:
    url: str
    body: bytes
    signature: str
    updates: int
    first_at: int
    tries: int = 0


class Outbox:
    """Everything that leaves for a webhook."""

    def __init__(self, town: Town, settings: Settings, clock: Clock, dice: Random) -> None:
        self._town = town
        self._settings = settings
        self._clock = clock
        self._dice = dice
        self._pending: dict[tuple[str, str], list[Update]] = {}
        self._posts: deque[_Post] = deque()
        self._posters: set[asyncio.Task[None]] = set()
        self._session: aiohttp.ClientSession | None = None
        self._is_stopped = False
        self.seconds: deque[float] = deque(maxlen=_MEASURED)
        self.counts: Counter[str] = Counter()

    async def stop(self) -> None:
        """Stop posting for good; what has not gone out is lost."""
        # Calls that are still being answered, and what they gathered, come after this.
        self._is_stopped = True
        for poster in self._posters:
            poster.cancel()
        await asyncio.gather(*self._posters, return_exceptions=True)
        if self._session is not None:
            await self._session.close()

    def forget(self) -> None:
        """Drop what waits and what was measured."""
        self._pending.clear()
        self._posts.clear()
        self.seconds.clear()
        self.counts.clear()

    def put(self, update: Update) -> None:
        """Tell every app that listens to the account."""
        webhooks = self._settings.webhooks
        copies = 2 if self._dice.random() < webhooks.duplicates else 1
        for app, url in self._listeners(update):
            line = self._pending.setdefault((app.id, url), [])
            if not line:
                # Also with nothing to gather for, so that what one call causes goes out together.
                asyncio.get_running_loop().call_later(webhooks.gather, self._flush, app, url)
            line.extend([update] * copies)

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits and nothing is on its way, tries to come aside."""
        return not self._posts and not self._posters and not any(self._pending.values())

    async def verify(self, url: str, verify_token: str) -> bool:
        """Whether the address answers the challenge (contract 3.1)."""
        if self._is_stopped:
            return False
        challenge = str(self._dice.randrange(10**9, 10**10))
        query = {
            "hub.mode": "subscribe",
            "hub.challenge": challenge,
            "hub.verify_token": verify_token,
        }
        try:
            async with self._client().get(url, params=query, allow_redirects=False) as answer:
                return answer.status == 200 and (await answer.text()).strip() == challenge
        except (aiohttp.ClientError, TimeoutError, ValueError):
            return False

    def measured(self) -> Json:
        """What receivers took, in milliseconds, and the counts of posts."""
        times = sorted(self.seconds)

        def at(share: float) -> float | None:
            return round(1000 * times[int(share * (len(times) - 1))], 3) if times else None

        return {"median_ms": at(0.5), "p99_ms": at(0.99), "measured": len(times), **self.counts}

    def _listeners(self, update: Update) -> Iterator[tuple[App, str]]:
        waba = self._town.wabas.get(update.waba_id)
        number = self._town.numbers.get((update.metadata or {}).get("phone_number_id", ""))
        for subscription in waba.subscriptions.values() if waba else ():
            app = self._town.apps[subscription.app_id]
            url = app.webhook_url
            if update.field in _ELSEWHERE or update.field.startswith("group_"):
                url = (number.override_url if number else "") or subscription.override_url or url
            if url:
                yield app, url

    def _flush(self, app: App, url: str) -> None:
        updates = self._pending.pop((app.id, url), [])
        webhooks = self._settings.webhooks
        if webhooks.shuffle:
            self._dice.shuffle(updates)
        now = self._clock.now()
        most = max(1, min(webhooks.most_per_post, 1000))
        for part in parts(updates, most, mix_accounts=webhooks.mix_accounts):
            payload = envelope(part, mix_kinds=webhooks.mix_kinds, now=now // SECOND)
            body = written(payload)
            self._queue(_Post(url, body, signature(body, app.app_secret), len(part), now))

    def _queue(self, post: _Post) -> None:
        if self._is_stopped:
            return
        self._posts.append(post)
        if len(self._posters) < self._settings.webhooks.at_once:
            poster = asyncio.create_task(self._post_all())
            self._posters.add(poster)
            poster.add_done_callback(self._posters.discard)

    async def _post_all(self) -> None:
        while self._posts:
            post = self._posts.popleft()
            if await self._arrives(post):
                self.counts["posts"] += 1
                self.counts["updates"] += post.updates
            else:
                self._again(post)

    async def _arrives(self, post: _Post) -> bool:
        headers = {"Content-Type": "application/json", "X-Hub-Signature-256": post.signature}
        wait = aiohttp.ClientTimeout(total=self._settings.webhooks.timeout)
        began = perf_counter()
        try:
            async with self._client().post(
                post.url, data=post.body, headers=headers, timeout=wait, allow_redirects=False
            ) as answer:
                self.seconds.append(perf_counter() - began)
                if answer.status == 200:
                    await answer.read()
                    return True
                self.counts["refused"] += 1
        except TimeoutError:
            self.counts["timed_out"] += 1
        except (aiohttp.ClientError, OSError, ValueError):
            self.counts["unreachable"] += 1
        return False

    def _again(self, post: _Post) -> None:
        """Once more after a gap that grows, until the platform gives it up (contract 3.3)."""
        webhooks = self._settings.webhooks
        gap = min(webhooks.first_gap * 2.0 ** min(post.tries, 40), webhooks.longest_gap)
        post.tries += 1
        due = self._clock.now() + int(gap * SECOND)
        if due > post.first_at + int(webhooks.give_up_after * SECOND):
            self.counts["given_up"] += 1
            return
        self.counts["tried_again"] += 1
        self._clock.at(due, lambda: self._queue(post))

    def _client(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                cookie_jar=aiohttp.DummyCookieJar(),
                timeout=aiohttp.ClientTimeout(total=10),
                headers={"User-Agent": "facebookexternalua"},
            )
        return self._session


def is_web_url(text: object) -> bool:
    """Whether this is an http or https address."""
    if not isinstance(text, str):
        return False
    try:
        parts_of = urlsplit(text)
    except ValueError:
        return False
    return parts_of.scheme in ("http", "https") and bool(parts_of.hostname)
