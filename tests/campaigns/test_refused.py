"""Bad input: each is told by the field that it is about, and nothing of it is kept (F26)."""

from __future__ import annotations

from typing import Any

from kernel import clock, ids
from tests import stored
from tests.campaigns.office import Office, listed

Json = dict[str, Any]
_HI: Json = {"name": "first_name", "text": "Lea"}
_SEASON: Json = {"name": "season", "text": "summer"}


def _template(*body: Json, **parts: Any) -> Json:
    return {"template": {"name": "season", "language": "en", "body": [*body], **parts}}


def _body(at: int, *more: str) -> list[str]:
    return ["template", "body", str(at), *more]


async def test_what_is_wrong_is_named(office: Office) -> None:
    [known] = await office.enters(listed("Ana", "34600000001"))
    ana, nobody = ids.show("contact", known), ids.show("contact", ids.new_id())
    phones = ["+34600000001", "+34"]
    past = clock.moment(clock.now() - clock.MINUTE).isoformat()
    table: list[tuple[Json, list[str], str]] = [
        ({"name": " "}, ["name"], "INVALID"),
        # Numbers and people.
        ({"audience": {"phones": phones}}, ["audience", "phones", "1"], "BAD_FORM"),
        ({"audience": {"phones": ["34600000001"]}}, ["audience", "phones", "0"], "BAD_FORM"),
        ({"audience": {"phones": ["+34600999999"]}}, ["audience", "phones", "0"], "NOT_FOUND"),
        ({"audience": {"contacts": [ana, nobody]}}, ["audience", "contacts", "1"], "NOT_FOUND"),
        ({"audience": {"tagsAny": [ana]}}, ["audience", "tagsAny", "0"], "BAD_ID"),
        ({"numbers": [ids.show("number", ids.new_id())]}, ["numbers", "0"], "NOT_FOUND"),
        # Variables.
        (_template(_HI), ["template", "body"], "MISSING"),
        (_template(_HI, _SEASON, {"name": "colour", "text": "red"}), _body(2), "NOT_FITTING"),
        (_template({"text": "Lea"}, {"text": "summer"}), ["template", "body"], "MISSING"),
        (_template(_HI, {"name": "season"}), _body(1), "MISSING"),
        (
            _template({"name": "first_name", "field": "NAME"}, _SEASON),
            _body(0, "fallback"),
            "MISSING",
        ),
        (_template({**_HI, "text": "Lea\nPrat"}, _SEASON), _body(0, "text"), "BAD_CHARACTERS"),
        (_template({**_HI, "text": "Lea     P"}, _SEASON), _body(0, "text"), "BAD_CHARACTERS"),
        (_template({**_HI, "text": "x" * 1025}, _SEASON), _body(0, "text"), "TOO_LONG"),
        (
            _template(_HI, _SEASON, header={"text": {"text": "Hello"}}),
            ["template", "body"],
            "NOT_FITTING",
        ),
        (
            _template(_HI, _SEASON, buttons=[{"index": 0, "kind": "URL", "value": _HI}]),
            ["template", "buttons", "0", "index"],
            "NOT_FITTING",
        ),
        (
            {"template": {"name": "nobody_wrote_it", "language": "en"}},
            ["template", "name"],
            "UNKNOWN_TEMPLATE",
        ),
        # Times and figures.
        ({"startsAt": past}, ["startsAt"], "IN_THE_PAST"),
        ({"expiresAt": past}, ["expiresAt"], "IN_THE_PAST"),
        ({"localHour": 24}, ["localHour"], "BAD_RANGE"),
        ({"perSecond": 0}, ["perSecond"], "BAD_RANGE"),
        ({"maxFailedPercent": 101}, ["maxFailedPercent"], "BAD_RANGE"),
    ]
    for parts, field, code in table:
        made, errors = await office.does("Create", **office.draft(**parts))
        assert (made, [(one["field"], one["code"]) for one in errors]) == (None, [(field, code)])
    assert await stored.row("SELECT count(*) AS n FROM campaign") == {"n": 0}


async def test_what_would_stand_in_everybodys_way_is_told_before_the_start(office: Office) -> None:
    async def refused(campaign: str) -> list[tuple[list[str], str]]:
        _, errors = await office.does("Launch", campaign=campaign)
        return [(one["field"], one["code"]) for one in errors]

    made, _ = await office.does("Create", name="Bare")
    assert await refused(made["id"]) == [(["template"], "MISSING")]
    await office.does("Update", campaign=made["id"], template=office.draft()["template"])
    assert await refused(made["id"]) == [(["numbers"], "MISSING")]
    nobody = await office.drafts(audience={"everybody": False})
    assert await refused(nobody) == [(["audience"], "EMPTY")]
    soon = clock.moment(clock.now() + clock.MINUTE).isoformat()
    late = await office.drafts(startsAt=soon)
    await office.waits(2 * clock.MINUTE)
    assert await refused(late) == [(["startsAt"], "IN_THE_PAST")]
    whole = await office.drafts()
    for damage, field, code in (
        (("template", "status = 'PAUSED'"), ["template", "name"], "TEMPLATE_NOT_APPROVED"),
        (("number", "held_because = 'PLATFORM_190'"), ["numbers"], "TOKEN_REFUSED"),
        (("number", "token_sealed = NULL"), ["numbers"], "NO_TOKEN"),
        (("number", "state = 'disconnected'"), ["numbers"], "NUMBER_DISCONNECTED"),
    ):
        await stored.run("UPDATE {} SET {}".format(*damage))
        assert (await refused(whole))[0] == (field, code)
        if damage[0] == "template":
            await stored.run("UPDATE template SET status = 'APPROVED'")
    assert await stored.row("SELECT count(*) AS n FROM send") == {"n": 0}
    _, errors = await office.does("Launch", campaign=ids.show("campaign", ids.new_id()))
    assert errors[0]["code"] == "NOT_FOUND"
