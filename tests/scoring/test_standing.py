"""How contacts stand follows from what they did, and so does what is best done next (F39, F40)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

import privacy
import scoring
import tenants
from kernel import clock, tenancy
from scoring.engagement import engagement_of
from tests import following, stored
from tests.api.door import Door, Store, arrives, delivery, text_message
from tests.scoring.talk import echo

NOW = 1_800_000_000 * clock.SECOND
_STANDINGS = """
{ contacts(first: 10, orderBy: OLDEST) { nodes { id name
    standing { engagement engagementClass churnRisk churnClass reasons }
    nextAction { action reason } } } }
"""
PEOPLE = {
    "Asks": ("34600111221", "Do you have the blue dress in size 38?"),
    "Thanks": ("34600111222", "thank you so much!!"),
    "Complains": ("34600111223", "I want my money back, worst shop ever 😡"),
    "Tells": (
        "34600111224",
        "Hello! We are back from the mountains and I thought of your shop, because the jacket kept "
        "me warm all week. My daughter learned to ski, my husband slept a lot, and in the evenings "
        "we sat by the fire and told stories, just as you said. It was the best holiday in years.",
    ),
}


@st.composite
def behaviours(draw: st.DrawFn) -> dict[str, Any]:
    """What somebody may have done until now."""
    few = st.integers(0, 30)
    did: dict[str, Any] = {"mood": draw(st.sampled_from([None, -1, 0, 1]))}
    for kind in ("light", "heavy"):
        counts = sorted(draw(st.lists(few, min_size=3, max_size=3)))
        did |= {f"{kind}_{days}": n for days, n in zip((7, 30, 90), counts, strict=True)}
    did["replies"] = did["light_90"] + did["heavy_90"] + draw(few)
    did["heavy"] = did["heavy_90"]
    did["delivered"] = draw(few)
    did["seen"] = draw(st.integers(0, did["delivered"]))
    did["orders"] = draw(st.integers(0, 5))
    did["days"] = draw(st.integers(1, 12))
    did["span"] = draw(st.integers(did["days"] - 1, 3000))
    did["has_withdrawn"] = draw(st.integers(0, 1))
    did["last_sign_at"] = NOW - draw(st.integers(0, 500 * clock.DAY))
    return did


@given(behaviours(), st.sampled_from(["light", "heavy"]))
def test_a_further_reply_never_lowers_engagement(did: dict[str, Any], kind: str) -> None:
    more = {f"{kind}_{days}": did[f"{kind}_{days}"] + 1 for days in (7, 30, 90)}
    more |= {"replies": did["replies"] + 1, "last_sign_at": NOW}
    answered = engagement_of({**did, **more}, NOW)
    assert 0 <= engagement_of(did, NOW).engagement <= answered.engagement <= 100


@given(behaviours(), st.integers(0, 700 * clock.DAY))
def test_a_longer_silence_never_lowers_the_risk(did: dict[str, Any], longer: int) -> None:
    earlier, later = engagement_of(did, NOW), engagement_of(did, NOW + longer)
    assert earlier.churn_risk is not None
    assert later.churn_risk is not None
    assert 0 <= earlier.churn_risk <= later.churn_risk <= 100


async def test_contacts_stand_by_what_they_did(door: Door, store: Store) -> None:
    began = clock.now()
    for at, (name, (phone, text)) in enumerate(PEOPLE.items()):
        await arrives(
            door,
            text_message(
                store,
                text,
                phone=phone,
                name=name,
                wamid=f"in.{name}",
                at=began // clock.SECOND + at,
            ),
        )
    people = await _look(door, store)
    assert {name: tuple(one["nextAction"].values()) for name, one in people.items()} == {
        "Asks": ("ANSWER_FAST", "CONCRETE_QUESTION"),
        "Thanks": ("LIGHT_TOUCH", "COURTESY"),
        "Complains": ("SOLVE_FAST", "WROTE_FIRST_IN_TROUBLE"),
        "Tells": ("LISTEN", "LONG_REPLY"),
    }
    assert people["Asks"]["standing"] == {
        # 45 · 3 / 9 for a reply within 7, 30 and 90 days, 20 for today.
        "engagement": 35,
        "engagementClass": "MEDIUM",
        "churnRisk": 0,
        "churnClass": "LOW",
        "reasons": ["REPLIED_LATELY", "WITHIN_RHYTHM"],
    }
    # Courtesy counts for half: 45 · 1.5 / 7.5.
    assert people["Thanks"]["standing"]["engagement"] == 29
    assert people["Complains"]["standing"]["reasons"][-1] == "BAD_MOOD"
    assert people["Complains"]["standing"]["churnRisk"] == 10

    phone = PEOPLE["Asks"][0]
    second = clock.now() // clock.SECOND + 60
    clock.move(2 * clock.MINUTE)
    told = [
        {"id": "out.1", "recipient_id": phone, "status": name, "timestamp": str(second + 1)}
        for name in ("sent", "delivered", "read")
    ]
    await arrives(
        door, echo(store, phone, "Yes, we do.", "out.1", second), delivery(store, statuses=told)
    )
    for hours, action in (
        (0, ("WAIT", "JUST_WRITTEN")),
        (12, ("WAIT", "READ_WITHOUT_REPLY")),
        (50, ("NEW_ANGLE", "READ_WITHOUT_REPLY")),
        (31 * 24, ("REST", "NO_ANSWER")),
    ):
        clock.move(second * clock.SECOND + hours * clock.HOUR + 6 * clock.MINUTE - clock.now())
        asks = (await _look(door, store))["Asks"]
        assert tuple(asks["nextAction"].values()) == action, hours
    # 45 · 1 / 7 for a reply within 90 days, 20 for reading all, 10 for a sign of life 31 days ago;
    # silent for one month, which is the rhythm of whom none is known.
    assert asks["standing"] == {
        "engagement": 36,
        "engagementClass": "MEDIUM",
        "churnRisk": 30,
        "churnClass": "LOW",
        "reasons": ["READS", "WITHIN_RHYTHM"],
    }
    clock.move(90 * clock.DAY)
    asks = (await _look(door, store))["Asks"]
    assert (asks["standing"]["churnRisk"], asks["standing"]["churnClass"]) == (75, "HIGH")
    assert asks["standing"]["reasons"] == ["BEYOND_RHYTHM"]
    kinds = [row["kind"] for row in await stored.rows("SELECT kind FROM outbox")]
    assert kinds.count("action.suggested") == 4 + 3

    with tenancy.acting_for(store.tenant_id):
        for row in await stored.rows("SELECT id FROM contact"):
            await privacy.begin_erasure(row["id"], reason="request")
        while await privacy.erase_next():
            pass
    assert await stored.rows("SELECT * FROM contact_score") == []
    assert await stored.rows("SELECT * FROM thread_silence") == []


async def _look(door: Door, store: Store) -> Mapping[str, Any]:
    """The contacts by name, once everything was followed and judged."""
    for _ in range(2):
        await following.follow()
        while await scoring.judge_silences() or await scoring.judge_standings():
            pass
    with tenancy.acting_for(store.tenant_id):
        token = await tenants.issue(store.people["agent"])
    found = await door.data(_STANDINGS, token)
    return {one["name"]: one for one in found["contacts"]["nodes"]}
