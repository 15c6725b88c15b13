"""The life of templates through the door, with the simulator as the platform (F20)."""

from __future__ import annotations

import asyncio
import json

import channels
from kernel import clock, ids, tenancy
from tests import stored
from tests.templates.studio import BODY, CONTENT, Studio


async def test_from_draft_to_approved_paused_and_back(studio: Studio) -> None:
    template = await studio.writes()
    draft = await studio.sees(template)
    assert draft is not None
    version = {
        "number": 1,
        "state": "DRAFT",
        "category": "UTILITY",
        "verdict": None,
        "verdictReason": None,
        "trouble": None,
        "troubleText": None,
        "components": [BODY],
    }
    assert draft | {"id": ""} == {
        "id": "",
        "templateId": None,
        "name": "order_ready",
        "language": "en",
        "status": "DRAFT",
        "statusReason": None,
        "category": "UTILITY",
        "categoryComing": None,
        "quality": None,
        "components": None,
        "versions": [version],
    }
    assert studio.sim.world.templates.by_id == {}
    # Given once, however often it is asked for.
    first, again = await studio.submits(template), await studio.submits(template)
    assert first == again
    [(platform_id, there)] = studio.sim.world.templates.by_id.items()
    assert (there.name, there.language, there.category) == ("order_ready", "en", "UTILITY")
    assert (there.parameter_format, there.components) == ("NAMED", [BODY])
    assert (first["templateId"], first["status"], first["components"]) == (
        platform_id,
        "PENDING",
        [BODY],
    )
    assert first["versions"] == [version | {"state": "SUBMITTED"}]
    _, errors = await studio.does("Update", template=template, body="Too soon, and no variables.")
    assert [(one["field"], one["code"]) for one in errors] == [(["samples"], "NOT_FITTING")]
    await studio.hears(60)
    assert await studio.standing(template) == ("APPROVED", None, "UTILITY", None)
    shown = await studio.sees(template)
    assert shown is not None
    assert shown["versions"][0]["verdict"] == "APPROVED"

    # What is paused stops what waits already, and lets go again what comes after.
    waiting = await studio.sends()
    for told in ({"quality": "RED"}, {"pause": True}):
        studio.sim.change_template(platform_id, **told)
        await studio.hears()
    assert await studio.standing(template) == ("PAUSED", "FIRST_PAUSE", "UTILITY", "RED")
    state, decision = await studio.delivers(waiting)
    assert (state, json.loads(decision)["reason"]) == ("refused", "TEMPLATE_NOT_APPROVED")
    await studio.hears(3 * 3600)
    assert (await studio.standing(template))[0] == "APPROVED"
    state, _ = await studio.delivers(await studio.sends())
    assert state == "sent"
    [sent] = studio.sim.accepted()
    assert sent.shown["body"] == "Hi Lea, order A-7 is ready."

    # Somebody who never agreed to marketing: at once out of reach of what became marketing.
    waiting = await studio.sends()
    studio.sim.move(2)
    studio.sim.change_template(platform_id, category="MARKETING", notice=False)
    await studio.hears()
    assert (await studio.standing(template))[2] == "MARKETING"
    state, decision = await studio.delivers(waiting)
    assert (state, json.loads(decision)["reason"]) == ("refused", "NO_CONSENT")
    kinds = [kind for kind, _ in await studio.events() if kind != "template.updated"]
    assert kinds == [
        "template.status_changed",  # PENDING
        "template.submitted",
        "template.status_changed",  # APPROVED
        "template.quality_changed",
        "template.status_changed",  # PAUSED
        "template.status_changed",  # APPROVED
        "template.category_changed",
    ]

    # An edit does not bring it back to where it was; what is disabled stays so.
    _, errors = await studio.does("Update", template=template, footer="Reply STOP to end")
    assert errors == []
    edited = await studio.submits(template)
    assert (edited["status"], edited["category"]) == ("PENDING", "MARKETING")
    assert [one["category"] for one in edited["versions"]] == ["MARKETING", "UTILITY"]
    studio.sim.change_template(platform_id, verdict="DISABLED")
    await studio.hears()
    await studio.does("Update", template=template, footer="Reply STOP to leave")
    for step in ("Submit", "Delete"):
        _, errors = await studio.does(step, template=template)
        assert [(one["field"], one["code"]) for one in errors] == [(["template"], "CONFLICT")]


async def test_rejected_with_a_reason_and_resubmitted(studio: Studio) -> None:
    studio.sim.set(templates={"verdict": ""})
    template = await studio.writes()
    platform_id = (await studio.submits(template))["templateId"]
    _, errors = await studio.does(
        "Update", template=template, body="Hi {{first_name}}, order {{order_id}} waits."
    )
    assert errors == []
    _, errors = await studio.does("Submit", template=template)
    assert [(one["field"], one["code"]) for one in errors] == [(["template"], "CONFLICT")]
    studio.sim.change_template(platform_id, verdict="REJECTED", reason="INVALID_FORMAT")
    await studio.hears()
    assert (await studio.standing(template))[:2] == ("REJECTED", "INVALID_FORMAT")
    again = await studio.submits(template)
    assert again["status"] == "PENDING"
    studio.sim.move(2)
    there = studio.sim.world.templates.by_id[platform_id]
    assert there.components[0]["text"] == "Hi {{first_name}}, order {{order_id}} waits."
    studio.sim.change_template(platform_id, verdict="APPROVED")
    await studio.hears()
    shown = await studio.sees(template)
    assert shown is not None
    assert [
        (one["number"], one["state"], one["verdict"], one["verdictReason"])
        for one in shown["versions"]
    ] == [(2, "SUBMITTED", "APPROVED", None), (1, "SUBMITTED", "REJECTED", "INVALID_FORMAT")]

    # What is approved keeps its category, and is edited once a day.
    _, errors = await studio.does("Update", template=template, category="MARKETING")
    assert [(one["field"], one["code"]) for one in errors] == [(["category"], "NOT_FITTING")]
    for number in (3, 4):
        _, errors = await studio.does("Update", template=template, footer=f"Version {number}")
        assert errors == []
        _, errors = await studio.does("Submit", template=template)
        studio.sim.change_template(platform_id, verdict="APPROVED")
        await studio.hears(60)
    assert [(one["code"], one["message"]) for one in errors] == [
        ("CONFLICT", "An approved template can be edited once a day, ten times in 30 days.")
    ]
    assert there.components[-1] == {"type": "FOOTER", "text": "Version 3"}

    _, errors = await studio.does("Delete", template=template)
    assert errors == []
    assert studio.sim.world.templates.by_id == {}
    assert (await studio.standing(template))[0] == "DELETED"
    given = {"account": studio.account, "name": "order_ready", "language": "en", **CONTENT}
    made, errors = await studio.does("Create", **given)
    assert (made, [(one["field"], one["code"]) for one in errors]) == (None, [(["name"], "TAKEN")])
    other = await studio.writes("never_submitted")
    made, errors = await studio.does("Delete", template=other)
    assert (made, errors, await studio.sees(other)) == (None, [], None)


async def test_the_poll_catches_what_webhooks_lost(studio: Studio) -> None:
    sim = studio.sim
    template = await studio.writes()
    submitted = await studio.submits(template)
    [there] = sim.world.templates.by_id.values()
    # Nothing is told of any of this.
    there.status, there.quality, there.correct_category = "APPROVED", "YELLOW", "MARKETING"
    sim.settle({"templates": [elsewhere(f"made_there_{at}") for at in range(205)]})
    await studio.waits(clock.HOUR)
    while await channels.sync_next_account():
        pass
    assert await studio.standing(template) == ("APPROVED", None, "UTILITY", "YELLOW")
    shown = await studio.sees(template)
    assert shown is not None
    assert (shown["categoryComing"], shown["versions"][0]["verdict"]) == ("MARKETING", "APPROVED")
    # More than a page of the platform's.
    assert await listed(studio) == 206
    # A second look changes and tells nothing; what is gone there is gone here.
    told = await studio.events()
    await studio.syncs()
    assert await studio.events() == told
    sim.world.templates.remove(there)
    await studio.waits(clock.MINUTE)
    await studio.syncs()
    assert (await studio.standing(template))[0] == "DELETED"
    assert submitted["templateId"] == there.id

    # A dead token is told, and nothing is taken for deleted.
    with tenancy.acting_for(studio.store.tenant_id):
        await stored.run("UPDATE number SET token_sealed = NULL")
    _, errors = await studio.does("Sync", "id", account=studio.account)
    assert [(one["field"], one["code"]) for one in errors] == [(["account"], "NO_TOKEN")]
    assert await listed(studio) == 205


async def test_an_answer_that_never_came(studio: Studio) -> None:
    """The platform took it and the answer was lost; or it took nothing and said why."""
    template = await studio.writes()
    studio.sim.fault("broken_json", edge="message_templates")
    made = await studio.submits(template)
    assert (made["status"], made["versions"][0]["state"]) == ("PENDING", "SUBMITTED")
    assert len(studio.sim.world.templates.by_id) == 1

    # It is there in this language already, though nobody told us: ours becomes that one.
    studio.sim.settle({"templates": [elsewhere("made_there", text="Hello there, all of you.")]})
    other = await studio.writes("made_there", body="Hello there, all of you.", samples=[])
    made = await studio.submits(other)
    assert (made["status"], made["versions"][0]["state"]) == ("APPROVED", "SUBMITTED")
    assert len(studio.sim.world.templates.by_id) == 2

    # Neither the answer came nor could the platform be asked: the poll settles it.
    for name, is_taken in (("taken", True), ("not_taken", False)):
        waiting = await studio.writes(name)
        studio.sim.fault("drop", edge="message_templates", accepted=is_taken)
        studio.sim.fault("status", edge="message_templates")
        made, errors = await studio.does("Submit", template=waiting)
        assert [one["code"] for one in errors] == ["PLATFORM_SILENT"]
        version = made["versions"][0]
        assert (made["status"], version["state"], version["trouble"]) == (
            "DRAFT",
            "LEAVING",
            "UNKNOWN",
        )
        await studio.waits(clock.MINUTE)
        while await channels.sync_next_account():
            pass
        shown = await studio.sees(waiting)
        assert shown is not None
        assert shown["versions"][0]["state"] == ("SUBMITTED" if is_taken else "DRAFT")
        # Beside each other they are one.
        await asyncio.gather(*(studio.does("Submit", template=waiting) for _ in range(3)))
        names = [one.name for one in studio.sim.world.templates.by_id.values()]
        assert names.count(name) == 1

    third = await studio.writes("third")
    studio.sim.set(limits={"templates_per_account": 4})
    made, errors = await studio.does("Submit", template=third)
    assert [(one["field"], one["code"]) for one in errors] == [(["template"], "PLATFORM_REFUSED")]
    assert (made["status"], made["versions"][0]["state"], made["versions"][0]["trouble"]) == (
        "DRAFT",
        "DRAFT",
        "PLATFORM_2388019",
    )
    assert "as many templates as it may have" in made["versions"][0]["troubleText"]


async def test_pictures_buttons_counted_variables_and_how_it_reads(studio: Studio) -> None:
    with tenancy.acting_for(studio.store.tenant_id):
        picture = ids.show("media", await channels.keep_upload(PNG, "image/png"))
        text = ids.show("media", await channels.keep_upload(b"plain words", "text/plain"))
    content = {
        "category": "MARKETING",
        "parameterFormat": "POSITIONAL",
        "header": {"format": "IMAGE", "upload": picture},
        "body": "Dear {{1}}, your code {{2}} is good for a week.",
        "samples": [{"value": "Lea"}, {"value": "SAVE10"}],
        "footer": "Reply STOP to end",
        "buttons": [
            {"kind": "QUICK_REPLY", "text": "Not now"},
            {
                "kind": "URL",
                "text": "Shop",
                "url": "https://x.example/{{1}}",
                "sample": "https://x.example/a",
            },
            {"kind": "PHONE_NUMBER", "text": "Call", "phoneNumber": "+33139980000"},
            {"kind": "COPY_CODE", "sample": "SAVE10"},
        ],
        "timeToLive": 43_200,
    }
    wrong = content | {"header": {"format": "IMAGE", "upload": text}}
    given = {"account": studio.account, "name": "sale", "language": "en_US"}
    _, errors = await studio.does("Create", **given, **wrong)
    assert [(one["field"], one["code"]) for one in errors] == [
        (["header", "upload"], "WRONG_MEDIA_TYPE")
    ]
    made, errors = await studio.does("Create", **given, **content)
    assert errors == []
    await studio.submits(made["id"])
    [there] = studio.sim.world.templates.by_id.values()
    header, body, footer, buttons = there.components
    [handle] = header.pop("example")["header_handle"]
    assert handle.startswith("4::")
    assert header == {"type": "HEADER", "format": "IMAGE"}
    assert body["example"] == {"body_text": [["Lea", "SAVE10"]]}
    assert footer == {"type": "FOOTER", "text": "Reply STOP to end"}
    assert buttons == {
        "type": "BUTTONS",
        "buttons": [
            {"type": "QUICK_REPLY", "text": "Not now"},
            {
                "type": "URL",
                "text": "Shop",
                "url": "https://x.example/{{1}}",
                "example": ["https://x.example/a"],
            },
            {"type": "PHONE_NUMBER", "text": "Call", "phone_number": "+33139980000"},
            {"type": "COPY_CODE", "example": "SAVE10"},
        ],
    }
    assert there.message_send_ttl_seconds == 43_200
    code = {
        "category": "AUTHENTICATION",
        "body": None,
        "samples": [],
        "securityRecommendation": True,
        "codeExpirationMinutes": 10,
        "buttons": [{"kind": "OTP", "otpKind": "COPY_CODE"}],
    }
    made_code = await studio.submits(await studio.writes("code", **code))
    assert made_code["components"] == [
        {"type": "BODY", "add_security_recommendation": True},
        {"type": "FOOTER", "code_expiration_minutes": 10},
        {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE"}]},
    ]

    query = """
      query($template: ID!, $contact: ID, $values: [TemplateSampleInput!]) {
        templatePreview(template: $template, contact: $contact, values: $values) {
          headerFormat body footer buttons { kind text url } sampled unfilled
        }
      }
    """
    found = await studio.door.data("{ contacts { nodes { id } } }", studio.owner)
    [contact] = [one["id"] for one in found["contacts"]["nodes"]]
    values = [{"value": "Marc"}]
    seen = await studio.door.data(query, studio.owner, template=made["id"], values=values)
    assert seen["templatePreview"] == {
        "headerFormat": "IMAGE",
        "body": "Dear Marc, your code SAVE10 is good for a week.",
        "footer": "Reply STOP to end",
        "buttons": [
            {"kind": "QUICK_REPLY", "text": "Not now", "url": None},
            {"kind": "URL", "text": "Shop", "url": "https://x.example/a"},
            {"kind": "PHONE_NUMBER", "text": "Call", "url": None},
            {"kind": "COPY_CODE", "text": "", "url": None},
        ],
        "sampled": ["2"],
        "unfilled": [],
    }
    ready = await studio.writes()
    # Filled with somebody's own words it is theirs; who may not read those sees nothing of it.
    wanted = {"owner": "Hi Léa, order A-1 is ready.", "analyst": None}
    for role, text in wanted.items():
        token = studio.store.tokens[role]
        seen = await studio.door.data(query, token, template=ready, contact=contact)
        assert seen["templatePreview"]["body"] == text


async def listed(studio: Studio) -> int:
    """How many templates there are that can be sent."""
    query = '{ templates(filter: {status: ["APPROVED"]}) { totalCount } }'
    found = await studio.door.data(query, studio.owner)
    return int(found["templates"]["totalCount"])


def elsewhere(name: str, text: str = "Hi there, you.") -> dict[str, object]:
    """A template that was made at the platform itself."""
    return {
        "waba_id": "102290129340398",
        "name": name,
        "language": "en",
        "category": "UTILITY",
        "components": [{"type": "BODY", "text": text}],
    }


PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c63"
    "000100000500010d0a2db40000000049454e44ae426082"
)
