"""Preferences: topics that a tenant offers, and what people choose by API and by their page."""

from __future__ import annotations

from typing import Any

import pytest

import tenants
from contacts import ConsentStep, Known, Move, Sighting, change_pace, recognise, record_consent
from kernel import clock, ids, tenancy
from tests import stored
from tests.api.desk import Desk
from tests.api.door import Door, Store, arrives, text_message
from tests.api.people import act
from tests.api.test_public_pages import form_of, link_of, title_of, visit

_TOPIC = "topic { id code name names { language name } state } userErrors { field code }"
_CREATE = f"mutation($input: TopicCreateInput!) {{ topicCreate(input: $input) {{ {_TOPIC} }} }}"
_UPDATE = f"mutation($input: TopicUpdateInput!) {{ topicUpdate(input: $input) {{ {_TOPIC} }} }}"
_ARCHIVE = f"mutation($input: TopicArchiveInput!) {{ topicArchive(input: $input) {{ {_TOPIC} }} }}"
_PREFERENCES = "preferences { frequency topics { topic { code } isWanted } }"
_CHOOSE = f"""mutation($input: PreferencesUpdateInput!) {{ preferencesUpdate(input: $input) {{
  contact {{ {_PREFERENCES} }} userErrors {{ field code }} }} }}"""
_CHECKED = ' value="{}" checked>'


async def offer(door: Door, store: Store, code: str, name: str, **names: str) -> str:
    """A topic that the owner offers; its id."""
    given = [{"language": language, "name": said} for language, said in names.items()]
    made = await act(door, _CREATE, store.tokens["owner"], code=code, name=name, names=given)
    assert made["userErrors"] == []
    return str(made["topic"]["id"])


async def steps() -> list[tuple[str, str, str]]:
    """Topic, kind and method of each step in the ledger, in order."""
    rows = await stored.rows("SELECT topic, kind, method FROM consent_entry ORDER BY id")
    return [(row["topic"], row["kind"], row["method"]) for row in rows]


async def chosen(door: Door, store: Store) -> tuple[str, list[str]]:
    """What the only contact chose: how often, and the topics that they want."""
    query = f"{{ contacts(first: 1) {{ nodes {{ {_PREFERENCES} }} }} }}"
    [node] = (await door.data(query, store.token))["contacts"]["nodes"]
    topics = node["preferences"]["topics"]
    wanted = [one["topic"]["code"] for one in topics if one["isWanted"]]
    return node["preferences"]["frequency"], wanted


async def test_what_people_choose(door: Door, store: Store) -> None:
    news = await offer(door, store, "news", "News", es="Novedades", zh="新品")
    sales = await offer(door, store, "sales", "Sales")
    await arrives(door, text_message(store, "Hola"))
    assert await chosen(door, store) == ("ANY", ["news", "sales"])

    [row] = await stored.rows("SELECT id, subject_id FROM contact")
    contact = ids.show("contact", row["id"])
    told = {
        "contact": contact,
        "frequency": "WEEKLY",
        "topics": [{"topic": sales, "isWanted": False}, {"topic": news, "isWanted": True}],
    }
    for _ in range(2):
        assert await act(door, _CHOOSE, store.token, **told) == {
            "contact": {
                "preferences": {
                    "frequency": "WEEKLY",
                    "topics": [
                        {"topic": {"code": "news"}, "isWanted": True},
                        {"topic": {"code": "sales"}, "isWanted": False},
                    ],
                }
            },
            "userErrors": [],
        }
    assert await steps() == [("sales", "withdrawn", "api")]

    link = await link_of(door, store, "preferencesLink")
    status, page = await visit(door, link)
    assert (status, title_of(page)) == (200, "Sus mensajes de Costa Clara")
    assert "En este momento no recibe mensajes publicitarios de Costa Clara." in page
    assert "Dejar de recibir publicidad" not in page
    assert _CHECKED.format("7") in page
    assert _CHECKED.format("news") + "<span>Novedades</span>" in page
    assert ' value="sales"><span>Sales</span>' in page
    posted = f"{door.settings.public_url}/preferences"
    sent = form_of(page)
    assert sent == {"token": link.rpartition("/")[2], "lang": "es", "shown": "news sales"}
    # What was offered after the page was shown stays as it is.
    await offer(door, store, "later", "Later")
    status, page = await visit(door, posted, {**sent, "often": "30", "topic": "sales"})
    assert status == 200
    assert "Sus preferencias se han guardado." in page
    assert await chosen(door, store) == ("MONTHLY", ["sales", "later"])
    by_page = [("news", "withdrawn"), ("sales", "superseded")]
    assert await steps() == [
        ("sales", "withdrawn", "api"),
        *((topic, kind, "preference_page") for topic, kind in by_page),
    ]
    status, page = await visit(door, posted, {**sent, "often": "2"})
    assert (status, title_of(page)) == (400, "No se ha podido leer")

    with tenancy.acting_for(store.tenant_id):
        step = ConsentStep(row["id"], row["subject_id"], "confirmed", "test", "1", clock.now())
        await record_consent([step])
    status, page = await visit(door, f"{link}?lang=zh")
    assert _CHECKED.format("sales") + "<span>Sales</span>" in page
    assert ' value="news"><span>新品</span>' in page
    assert "停止所有营销消息" in page
    status, page = await visit(door, posted, {"token": sent["token"], "stop": "1", "lang": "zh"})
    assert "Costa Clara 不再向您发送营销消息，即刻生效。" in page
    assert "停止所有营销消息" not in page
    assert (await steps())[-1] == ("", "withdrawn", "preference_page")
    told_of = await stored.rows("SELECT id FROM outbox WHERE kind = 'preference.changed'")
    assert len(told_of) == 2


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_topics_that_cannot_be(door: Door, store: Store) -> None:
    owner = store.tokens["owner"]
    news = await offer(door, store, "news", "News")
    for wrong, field, code in (
        ({"code": "news"}, ["code"], "TAKEN"),
        ({"code": "New arrivals"}, ["code"], "INVALID"),
        ({"name": " "}, ["name"], "INVALID"),
        ({"names": [{"language": "es-ES", "name": "x"}]}, ["names"], "INVALID"),
        ({"names": [{"language": "es", "name": ""}]}, ["names"], "INVALID"),
    ):
        refused = await act(door, _CREATE, owner, **{"code": "sales", "name": "Sales", **wrong})
        assert refused == {"topic": None, "userErrors": [{"field": field, "code": code}]}
    renamed = await act(door, _UPDATE, owner, topic=news, name="What is new")
    assert renamed["topic"]["name"] == "What is new"
    ended = await act(door, _ARCHIVE, owner, topic=news)
    assert ended["topic"] == renamed["topic"] | {"state": "ARCHIVED"}
    absent = ids.show("topic", ids.new_id())
    for mutation in (_UPDATE, _ARCHIVE):
        refused = await act(door, mutation, owner, topic=absent)
        assert refused["userErrors"] == [{"field": ["topic"], "code": "NOT_FOUND"}]
    await arrives(door, text_message(store, "Hola"))
    [row] = await stored.rows("SELECT id FROM contact")
    for wrong, field in (
        ({"topics": [{"topic": news, "isWanted": False}]}, ["topics"]),
        ({"topics": [{"topic": absent, "isWanted": False}]}, ["topics"]),
        ({"contact": ids.show("contact", ids.new_id())}, ["contact"]),
    ):
        given: dict[str, Any] = {"contact": ids.show("contact", row["id"]), **wrong}
        refused = await act(door, _CHOOSE, store.token, **given)
        assert refused["userErrors"] == [{"field": field, "code": "NOT_FOUND"}]
    denied = await door.ask(_CHOOSE, store.tokens["analyst"], input=given)
    assert denied["errors"][0]["extensions"]["code"] == "NOT_ALLOWED"
    assert await steps() == []
    topics = await door.data("{ topics { totalCount nodes { code state } } }", store.token)
    assert topics["topics"] == {"totalCount": 1, "nodes": [{"code": "news", "state": "ARCHIVED"}]}


async def test_of_two_wishes_the_quieter_holds(door: Door, store: Store) -> None:
    """Two contacts turn out to be one; the link of either leads to who is left."""
    with tenancy.acting_for(store.tenant_id):
        known: list[Known] = []
        for phone, user_id in (("34600111222", None), (None, "ES.1")):
            seen = [Sighting(clock.now(), phone, user_id)]
            known += (await recognise(seen)).known
        for one, frequency in zip(known, ("MONTHLY", "WEEKLY"), strict=True):
            contact = ids.show("contact", one.contact_id)
            await act(door, _CHOOSE, store.token, contact=contact, frequency=frequency)
        query = "{ contacts(orderBy: OLDEST) { nodes { preferencesLink } } }"
        nodes = (await door.data(query, store.token))["contacts"]["nodes"]
        both: list[Sighting | Move] = [Sighting(clock.now(), "34600111222", "ES.1")]
        await recognise(both)
    gaps = await stored.rows("SELECT marketing_gap_days FROM contact WHERE state = 'active'")
    assert gaps == [{"marketing_gap_days": 30}]
    for node in nodes:
        _, page = await visit(door, node["preferencesLink"])
        assert _CHECKED.format("30") in page


async def test_every_send_obeys(desk: Desk) -> None:
    """What somebody chose holds when a message is queued, and again when it is about to leave."""
    door, store = desk.door, desk.store
    news = await offer(door, store, "news", "News")
    sales = await offer(door, store, "sales", "Sales")
    await desk.learn_template("promo", "MARKETING")
    await desk.learn_template("order", "UTILITY")
    [row] = await stored.rows("SELECT id, subject_id FROM contact")
    with tenancy.acting_for(store.tenant_id):
        step = ConsentStep(row["id"], row["subject_id"], "confirmed", "test", "1", clock.now())
        await record_consent([step])
        # Whatever hour it is: only what somebody chose is looked at.
        await change_pace({"caps": [], "waits.promotion": []})

    async def sends(template: str = "promo", topic: str | None = None) -> list[str]:
        """Why a template could not be queued; nothing where it was."""
        content = {"name": template, "language": "es", "body": [{"text": "Lea"}]}
        payload = await desk.send({"template": content}, topic=topic)
        return [error["code"] for error in payload["userErrors"]]

    async def chooses(**what: Any) -> None:
        given = {"contact": ids.show("contact", row["id"]), **what}
        assert (await act(door, _CHOOSE, store.token, **given))["userErrors"] == []

    assert await sends(topic=ids.show("topic", ids.new_id())) == ["NOT_FOUND"]
    assert await sends(topic=sales) == []
    await chooses(topics=[{"topic": sales, "isWanted": False}])
    await desk.deliver()
    assert await sends(topic=sales) == ["TOPIC_UNWANTED"]
    assert await sends("order", topic=sales) == []
    # Two were queued before the contact chose their pace: the first goes.
    assert (await sends(topic=news), await sends()) == ([], [])
    await chooses(frequency="WEEKLY")
    await desk.deliver()
    ledger = await stored.rows("SELECT category, topic, state, decision FROM send ORDER BY id")
    assert [(one["category"], one["topic"], one["state"]) for one in ledger] == [
        ("marketing", "sales", "refused"),
        ("utility", "sales", "sent"),
        ("marketing", "news", "sent"),
        ("marketing", "", "refused"),
    ]
    assert "TOPIC_UNWANTED" in ledger[0]["decision"]
    assert "TOO_SOON" in ledger[3]["decision"]
    assert await sends() == ["TOO_SOON"]
    assert await sends("order") == []
    clock.move(7 * clock.DAY)
    with tenancy.acting_for(store.tenant_id):
        store.tokens["agent"] = await tenants.issue(store.people["agent"])
    assert await sends() == []
    assert await sends(topic=sales) == ["TOPIC_UNWANTED"]
    await desk.deliver()
    assert len(desk.platform.messages) == 4
