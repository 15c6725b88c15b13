"""What is forged, said twice or about nobody: a clear answer, no change, a trace in the audit log.

Answers to consents stand in tests/consent/test_answers.py, codes in test_codes.py, links in
tests/api/test_public_pages.py, archives in test_exports.py, tokens in test_forged_tokens.py.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from kernel import audit, ids
from tests import following, stored
from tests.api.test_public_pages import visit
from tests.commerce.platforms import arrive, connect, shopify
from tests.privacy.office import Office

_LEA = {"id": 7100000000001, "email": "lea@example.com", "phone": "+34600111222"}
_TABLES = "contact identity privacy_request store_request erasure suppression consent_entry"
_ABSENT = ids.new_id()


async def test_it_leaves_a_trace_and_nothing_else(office: Office) -> None:
    shop = (await connect(office.store))["shopify"]
    await office.meets()
    page = (await office.ask("{ tenant { privacyPage } }"))["tenant"]["privacyPage"]

    async def webhook(topic: str, number: int, *, forged: bool = False) -> list[int]:
        one = shopify(topic, {"customer": _LEA, "data_request": {"id": 9}}, number)
        if forged:
            one.headers["X-Shopify-Hmac-Sha256"] = "A" * 43 + "="
        return await arrive(office.door, [one])

    async def opened(role: str) -> Any:
        query = """mutation($input: PrivacyRequestOpenInput!) {
          privacyRequestOpen(input: $input) { userErrors { code } } }"""
        wanted = {"contact": ids.show("contact", _ABSENT), "right": "ERASURE"}
        answer = await office.door.ask(query, await office.token(role), input=wanted)
        if "errors" in answer:
            return answer["errors"][0]["extensions"]["code"]
        return answer["data"]["privacyRequestOpen"]["userErrors"][0]["code"]

    async def asks(who: str) -> int:
        return (await visit(office.door, page, {"who": who, "right": "erasure"}))[0]

    # The request that the platform then repeats.
    assert await webhook("customers/data_request", 1) == [200]
    await following.follow()
    here, absent = {"store": [shop]}, {"contact": [_ABSENT]}
    act, take = "mutation.privacyRequestOpen", "store_webhook.take"
    again = "store_request.receive"
    table: list[tuple[Callable[[], Awaitable[Any]], Any, tuple[str, str, str, Any] | None]] = [
        (
            lambda: webhook("customers/data_request", 2, forged=True),
            [401],
            ("stranger", take, "BAD_SIGNATURE", here),
        ),
        (
            lambda: webhook("customers/redact", 3, forged=True),
            [401],
            ("stranger", take, "BAD_SIGNATURE", here),
        ),
        # One delivery of the platform's twice is one; told anew, it is one request all the same.
        (lambda: webhook("customers/data_request", 1), [200], None),
        (
            lambda: webhook("customers/data_request", 4),
            [200],
            ("system", again, "REPEATED", here),
        ),
        (lambda: opened("agent"), "NOT_FOUND", ("person", act, "NOT_FOUND", absent)),
        (lambda: opened("analyst"), "NOT_ALLOWED", ("person", act, "NOT_ALLOWED", absent)),
        (
            lambda: asks("jo@example.com"),
            200,
            ("stranger", "privacy_page.ask", "UNKNOWN", {}),
        ),
    ]
    kept, traces = await _kept(), await _traces()
    for number, (try_it, answer, trace) in enumerate(table):
        assert await try_it() == answer, number
        await following.follow()
        traces += [trace] if trace else []
        assert await _traces() == traces, number
        assert await _kept() == kept, number


async def _traces() -> list[tuple[str, str, str, Any]]:
    """All that the log tells."""
    rows = await stored.rows("SELECT actor_kind, action, outcome, ids FROM audit_entry ORDER BY id")
    return [
        (row["actor_kind"], row["action"], row["outcome"], audit.unpack(row["ids"])) for row in rows
    ]


async def _kept() -> dict[str, Any]:
    return {
        name: await stored.rows(f"SELECT * FROM {name} ORDER BY 1, 2") for name in _TABLES.split()
    }
