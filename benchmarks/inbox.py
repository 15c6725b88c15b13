"""`scripts/bench inbox`: a page of 50 conversations over GraphQL, against the same page by hand.

Each with its contact (name, phone, tags), assignee, unread count, window and last 3 messages, for
somebody who is signed in, unsealed. Both servers must answer with the same data.
"""

from __future__ import annotations

import asyncio
from contextlib import ExitStack
from functools import partial
from http.client import HTTPConnection
from itertools import repeat
from pathlib import Path
from statistics import median

import orjson

import contacts
import conversations
import tenants
from benchmarks import figures, ground, load, stage
from benchmarks.figures import Figure, tell
from benchmarks.ground import Ground
from benchmarks.stage import Business
from kernel import tenancy

QUERY = """
query Inbox {
  conversations(first: 50) {
    nodes {
      id state unread lastMessageAt
      window { open closesAt }
      contact { id name phone tags { name } }
      assignee { name }
      messages(last: 3) { nodes { id __typename direction text status sentAt } }
    }
  }
}
"""
_PEOPLE, _MESSAGES_EACH = 300, 12
_ROUNDS, _EACH = 5, 60
_CONNECTIONS = 4


async def measure(backend: str) -> list[Figure]:
    """Pages a second both ways on this database."""
    with ground.laid(backend) as laid:
        async with ground.inside(laid):
            business = await stage.settle_in()
            await fill(business)
            with tenancy.acting_for(business.tenant_id):
                token = await tenants.issue(business.owner_id)
        paths = {"graphql": ("/graphql", token), "by hand": ("/inbox", "")}
        rates = await _in_turns(laid, business, paths)
    by_graphql, by_hand = median(rates["graphql"]), median(rates["by hand"])
    return [
        Figure("inbox pages over GraphQL, per second", f"{by_graphql:,.0f}"),
        Figure("inbox pages by hand, per second", f"{by_hand:,.0f}"),
        Figure("inbox page, times the answer by hand", f"{by_hand / by_graphql:.1f}", "≤ 8"),
    ]


async def fill(business: Business) -> None:
    """Threads of many people, tagged and assigned."""
    persons, count = stage.people(_PEOPLE), _PEOPLE * _MESSAGES_EACH
    await stage.hear_from(persons, stage.wamids(count // 2, "in"))
    await stage.write_to(persons, stage.wamids(count // 2, "out"))
    with tenancy.acting_for(business.tenant_id):
        threads = await conversations.conversation_page(
            conversations.ConversationFilter(), "last_message_at", "DESC", None, _PEOPLE
        )
        for place, thread in enumerate(threads):
            await contacts.tag(thread["contact_id"], "vip" if place % 5 == 0 else "newsletter")
            await contacts.tag(thread["contact_id"], "summer")
            if place % 2:
                await conversations.assign(thread["id"], business.owner_id, business.owner_id)


async def _in_turns(
    laid: Ground, business: Business, paths: dict[str, tuple[str, str]]
) -> dict[str, list[float]]:
    places = {"graphql": laid, "by hand": laid.with_port()}
    programs = {
        "graphql": ("api",),
        "by hand": ("benchmarks.by_hand", business.tenant_id, business.owner_id),
    }
    body = orjson.dumps({"query": QUERY})
    rates: dict[str, list[float]] = {name: [] for name in places}
    with ExitStack() as stack:
        answers = set()
        for name, place in places.items():
            running = stack.enter_context(ground.program(place, *programs[name]))
            running.wait_until(partial(ground.listens, place))
            path, token = paths[name]
            headers = {"authorization": f"Bearer {token}"} if token else {}
            answers.add(await asyncio.to_thread(ask, place, path, body, headers))
            request = load.post(path, body, headers)
            load.write_requests(_file(laid, name), repeat(request, _EACH))
        if len(answers) != 1:
            raise RuntimeError("the two servers do not answer with the same data")
        tell(f"{len(answers.pop()):,} bytes a page")
        for turn in range(_ROUNDS + 1):
            for name, place in places.items():
                generator = load.start(
                    place.settings.port, _file(laid, name), _EACH, connections=_CONNECTIONS
                )
                found = await asyncio.to_thread(load.result, generator)
                tell(f"{name}: {found.rate:.1f} a second, median {found.median:.1f} ms")
                if turn:  # the first turn warms up
                    rates[name].append(found.rate)
    return rates


def ask(place: Ground, path: str, body: bytes, headers: dict[str, str]) -> bytes:
    """The data of one answer."""
    connection = HTTPConnection("127.0.0.1", place.settings.port)
    try:
        connection.request("POST", path, body, {"content-type": "application/json", **headers})
        return orjson.dumps(orjson.loads(connection.getresponse().read())["data"])
    finally:
        connection.close()


def _file(laid: Ground, name: str) -> Path:
    return laid.settings.data / f"{name.replace(' ', '-')}.requests"


if __name__ == "__main__":
    figures.show(measure)
