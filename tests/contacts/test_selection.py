"""Who is meant: lists and tags, joined and taken from each other, as sets are."""

from __future__ import annotations

import itertools
import operator

import contacts
from contacts import EVERYBODY, NOBODY
from tests import stored
from tests.conftest import House
from tests.contacts.acquaintance import acting, meet, seen
from tests.flows.town import make_tenant


async def test_selections_join_as_sets_do(house: House) -> None:
    with acting(await make_tenant()):
        people = await meet(*(seen(0, f"44770090010{number}") for number in range(5)))
        first, second, both, nobodys = (
            await contacts.tag(people[0], "first"),
            await contacts.tag(people[1], "second"),
            await contacts.tag(people[0], "both"),
            await contacts.tag(people[4], "nobody's"),
        )
        await contacts.tag(people[1], "first")
        await contacts.tag(people[1], "both")
        await contacts.untag(people[4], nobodys)
        leaves = [
            (EVERYBODY, {0, 1, 2, 3, 4}),
            (NOBODY, set()),
            (contacts.tagged(first, second), {0, 1}),
            (contacts.tagged(first) & contacts.tagged(second), {1}),
            (contacts.tagged(both, nobodys), {0, 1}),
            (contacts.tagged(nobodys), set()),
            (contacts.tagged(), set()),
            (contacts.those([people[1], people[3], people[3]]), {1, 3}),
            (contacts.those([]), set()),
        ]
        for (one, some), (other, others), join in itertools.product(
            leaves, leaves, (operator.or_, operator.and_, operator.sub)
        ):
            joined, meant = EVERYBODY - join(one, other), {0, 1, 2, 3, 4} - join(some, others)
            ids = await contacts.selected_page(joined, None, 10)
            assert ids == [people[number] for number in sorted(meant)], (one, join, other)
            assert await contacts.count_selected(joined) == len(ids)


async def test_pages_follow_and_who_is_gone_is_never_meant(house: House) -> None:
    with acting(await make_tenant()):
        people = await meet(*(seen(0, f"44770090010{number}") for number in range(5)))
        for number, state in ((1, "merged"), (2, "frozen"), (3, "erased")):
            await stored.run("UPDATE contact SET state = $2 WHERE id = $1", people[number], state)
        first = await contacts.selected_page(contacts.those(people), None, 2)
        assert first == [people[0], people[2]]
        assert await contacts.selected_page(contacts.those(people), first[-1], 2) == [people[4]]
    with acting(await make_tenant("Elsewhere")):
        assert await contacts.count_selected(EVERYBODY | contacts.those(people)) == 0
