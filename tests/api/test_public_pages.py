"""Public pages: what people see and do by links of their own, and what forged links come to."""

from __future__ import annotations

import re
from typing import Any

import orjson
import pytest

from kernel import clock, keys, tenancy
from tests import stored
from tests.api.door import Door, Store, arrives, text_message

_FORM = {"content-type": "application/x-www-form-urlencoded"}


async def visit(
    door: Door, url: str, form: dict[str, Any] | None = None, language: str = ""
) -> tuple[int, str]:
    """Status and text of a page; posted where there is a form."""
    method = "GET" if form is None else "POST"
    headers = {"accept-language": language, "user-agent": "Browser/1"}
    async with door.http.request(method, url, data=form, headers=headers) as answer:
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["x-robots-tag"] == "noindex, nofollow"
        policy = answer.headers["content-security-policy"]
        assert policy.startswith("default-src 'none'; ")
        assert "script" not in policy
        text = await answer.text()
        assert "<script" not in text
        return answer.status, text


def title_of(page: str) -> str:
    [title] = re.findall(r"<h1>(.*?)</h1>", page)
    return str(title)


def form_of(page: str) -> dict[str, str]:
    """The hidden fields of the page's first form."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


async def link_of(door: Door, store: Store, field: str) -> str:
    """A link of the only contact."""
    query = f"{{ contacts(first: 1) {{ nodes {{ {field} }} }} }}"
    [node] = (await door.data(query, store.token))["contacts"]["nodes"]
    link = str(node[field])
    assert link.startswith(door.settings.public_url)
    return link


async def test_one_click_ends_all_marketing(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "Hola"))
    link = await link_of(door, store, "withdrawalLink")
    status, page = await visit(door, link)
    assert (status, title_of(page)) == (200, "¿Sin más mensajes publicitarios?")
    assert '<html lang="es" dir="ltr">' in page
    assert "Con un clic, Costa Clara deja de enviarle" in page
    # What is only looked at stays as it is.
    assert await stored.rows("SELECT kind FROM consent_entry") == []
    status, arabic = await visit(door, f"{link}?lang=ar", language="de-DE")
    assert (status, title_of(arabic)) == (200, "هل تريد إيقاف الرسائل التسويقية؟")
    assert '<html lang="ar" dir="rtl">' in arabic

    posted = f"{door.settings.public_url}/withdraw"
    sent = form_of(arabic)
    assert sent == {"token": link.rpartition("/")[2], "lang": "ar"}
    for _ in range(2):
        status, done = await visit(door, posted, form_of(page))
        assert (status, title_of(done)) == (200, "Se ha dado de baja")
    [entry] = await stored.rows(
        "SELECT id, subject_id, purpose, topic, kind, method, evidence_sealed FROM consent_entry"
    )
    with tenancy.acting_for(store.tenant_id):
        sealer = (await keys.of([entry["subject_id"]]))[entry["subject_id"]]
    evidence = sealer.open("consent_entry.evidence", entry["id"], entry["evidence_sealed"])
    assert orjson.loads(evidence) == {"ip": "127.0.0.1", "user_agent": "Browser/1"}
    told = [entry[name] for name in ("purpose", "topic", "kind", "method")]
    assert told == ["marketing", "", "withdrawn", "withdrawal_link"]
    query = "{ contacts(first: 1) { nodes { consents { purpose topic state } } } }"
    answer = await door.data(query, store.token)
    assert answer["contacts"]["nodes"][0]["consents"] == [
        {"purpose": "marketing", "topic": None, "state": "WITHDRAWN"}
    ]


@pytest.mark.parametrize("backend", ["sqlite"])
async def test_links_that_lead_nowhere(door: Door, store: Store) -> None:
    await arrives(door, text_message(store, "Hola"))
    link = await link_of(door, store, "withdrawalLink")
    root, token = f"{door.settings.public_url}/withdraw", link.rpartition("/")[2]
    forged = token[:-8] + ("A" * 8 if token[-8:] != "A" * 8 else "B" * 8)
    dead = (410, "This link does not work")
    for wrong in (forged, token[:40], "withdraw_é", "x" * 300, token.replace("with", "WITH")):
        status, page = await visit(door, f"{root}/{wrong}")
        assert (status, title_of(page)) == dead, wrong
        status, page = await visit(door, root, {"token": wrong})
        assert (status, title_of(page)) == dead, wrong
    status, page = await visit(door, root, {"token": forged, "lang": "ru"})
    assert (status, title_of(page)) == (410, "Эта ссылка не работает")
    wrong_form = (400, "That could not be read")
    for form in ({"a": "x" * 20_000}, {f"a{one}": "x" for one in range(200)}):
        status, page = await visit(door, root, form)
        assert (status, title_of(page)) == wrong_form
    async with door.http.post(root, json={"token": token}) as answer:
        assert answer.status == 400
    async with door.http.put(f"{root}/{token}") as answer:
        assert answer.status == 405
    clock.move(366 * clock.DAY)
    for form in (None, {"token": token}):
        status, page = await visit(door, link if form is None else root, form)
        assert (status, title_of(page)) == dead
    clock.reset()
    with tenancy.acting_for(store.tenant_id):
        await stored.run("UPDATE contact SET state = 'erased'")
    status, page = await visit(door, link)
    assert (status, title_of(page)) == (404, "There is nothing here")
    assert await stored.rows("SELECT id FROM consent_entry") == []
    traces = await stored.rows(
        """SELECT actor_kind, outcome, count(*) AS n FROM audit_entry
            WHERE action = 'link.opened' GROUP BY 1, 2 ORDER BY 2"""
    )
    assert [tuple(one.values()) for one in traces] == [
        ("stranger", "expired", 2),
        ("stranger", "forged", 3),
    ]
    for _ in range(60):
        status, page = await visit(door, root, {"token": forged})
    assert (status, title_of(page)) == (429, "One moment, please")
