"""The life of templates over the API, and what is told of it (contract 5.4, 7.2, 4b)."""

from __future__ import annotations

from typing import Any

import pytest

from channels.simulator import Simulator
from tests.simulator.ground import NUMBER, WABA, Business, Receiver, message, offer, sending

Json = dict[str, Any]
PATH = f"{WABA}/message_templates"


def body(text: str, *values: str) -> Json:
    made: Json = {"type": "BODY", "text": text}
    return {**made, "example": {"body_text": [list(values)]}} if values else made


def new(name: str = "ready", *components: Json, **parts: Any) -> Json:
    return {
        "name": name,
        "language": "en_US",
        "category": "UTILITY",
        "components": list(components or (body("Your order {{1}} is ready.", "A-1"),)),
        **parts,
    }


async def create(business: Business, given: Json) -> str:
    status, answer = await business.call("POST", PATH, given)
    assert status == 200, answer
    return str(answer["id"])


async def test_approved_after_a_while(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.freeze()
    template_id = await create(business, new())
    sim.move(1)
    await sim.settled()
    [value] = receiver.values("message_template_status_update")
    assert value == {
        "event": "APPROVED",
        "message_template_id": int(template_id),
        "message_template_name": "ready",
        "message_template_language": "en_US",
        "reason": "NONE",
        "message_template_category": "UTILITY",
    }
    assert isinstance(receiver.posts[0]["entry"][0]["time"], int)
    assert (await business.call("GET", template_id, fields="status"))[1] == {
        "status": "APPROVED",
        "id": template_id,
    }


async def test_rejected_or_left_pending_or_at_once(
    sim: Simulator, business: Business, receiver: Receiver
) -> None:
    sim.set(templates={"verdict": "REJECTED"})
    await create(business, new())
    sim.move(1)
    sim.set(templates={"verdict": ""})
    pending = await create(business, new("two"))
    sim.move(86_400)
    sim.set(templates={"verdict": "APPROVED", "at_once": True})
    _status, answer = await business.call("POST", PATH, new("three"))
    assert answer["status"] == "APPROVED"
    await sim.settled()
    [value] = receiver.values("message_template_status_update")
    assert (value["event"], value["reason"]) == ("REJECTED", "INVALID_FORMAT")
    assert set(value["rejection_info"]) == {"reason", "recommendation"}
    sim.change_template(pending, verdict="REJECTED", reason="SCAM")
    fields = "status,rejected_reason"
    answer = (await business.call("GET", pending, fields=fields))[1]
    assert answer == {"status": "REJECTED", "rejected_reason": "SCAM", "id": pending}


async def test_listed_page_by_page(sim: Simulator, business: Business) -> None:
    for at in range(5):
        await create(business, new(f"t{at}"))
    names: list[str] = []
    query: dict[str, Any] = {"fields": "name,quality_score", "limit": "2"}
    while True:
        page = (await business.call("GET", PATH, **query))[1]
        names += [one["name"] for one in page["data"]]
        assert page["data"][0]["quality_score"]["score"] == "UNKNOWN"
        if "next" not in page["paging"]:
            break
        query["after"] = page["paging"]["cursors"]["after"]
    assert names == [f"t{at}" for at in range(5)]
    found = (await business.call("GET", PATH, name="t3"))[1]["data"]
    assert [one["name"] for one in found] == ["t3"]
    status, answer = await business.call("GET", PATH, after="nonsense")
    assert (status, answer["error"]["code"]) == (400, 131059)
    assert (await business.call("GET", PATH, status="PAUSED"))[1] == {"data": []}
    status, answer = await business.call("GET", PATH, fields="nothing")
    assert (status, answer["error"]["code"]) == (400, 100)


async def test_edit(sim: Simulator, business: Business) -> None:
    template_id = await create(business, new())
    change = {"components": [body("Now it is ready.")]}
    assert (await business.call("POST", template_id, change))[1]["error"]["code"] == 100
    sim.move(2)
    assert await business.call("POST", template_id, change) == (200, {"success": True})
    template = sim.world.templates.by_id[template_id]
    assert template.status == "PENDING"
    assert template.components == change["components"]
    sim.move(2)
    assert (await business.call("POST", template_id, change))[1]["error"]["code"] == 100
    sim.move(86_400)
    category = {"category": "MARKETING"}
    assert (await business.call("POST", template_id, category))[1]["error"]["code"] == 100
    assert (await business.call("POST", template_id, change))[0] == 200


async def test_delete(sim: Simulator, business: Business) -> None:
    first = await create(business, new())
    await create(business, new(language="fr"))
    third = await create(business, new("other"))
    status, answer = await business.call("POST", PATH, new())
    assert (status, answer["error"]["error_subcode"]) == (400, 2388024)
    assert await business.call("DELETE", PATH, name="ready") == (200, {"success": True})
    assert list(sim.world.templates.by_id) == [third]
    assert (await business.call("GET", first))[1]["error"]["code"] == 100
    status, answer = await business.call("POST", PATH, new())
    assert (status, answer["error"]["error_subcode"]) == (400, 2388023)
    sim.move(30 * 86_400)
    await create(business, new())
    assert (await business.call("DELETE", PATH, hsm_ids=f"[{third}]"))[0] == 200
    assert (await business.call("DELETE", PATH, name="nothing"))[0] == 400
    assert (await business.call("DELETE", PATH))[1]["error"]["code"] == 131008


async def test_limits(sim: Simulator, business: Business) -> None:
    sim.set(limits={"templates_per_account": 3, "templates_per_hour": 4})
    for at in range(3):
        await create(business, new(f"t{at}"))
    status, answer = await business.call("POST", PATH, new("more"))
    assert (status, answer["error"]["code"]) == (400, 2388019)
    status, answer = await business.call("POST", PATH, new("more"))
    assert (status, answer["error"]["code"]) == (400, 80007)


async def test_three_pauses(sim: Simulator, business: Business, receiver: Receiver) -> None:
    sim.set(webhooks={"at_once": 1})
    sim.settle({"templates": [offer(id="77")]})
    for hours, title in ((3, "FIRST_PAUSE"), (6, "SECOND_PAUSE")):
        receiver.forget()
        sim.change_template("77", pause=True)
        assert (await business.refused(**sending("offer")))[1] == 132015
        sim.move(hours * 3600 - 5)
        assert (await business.refused(**sending("offer")))[1] == 132015
        sim.move(5)
        await business.send(**sending("offer"))
        await sim.settled()
        told = receiver.values("message_template_status_update")
        assert [one["event"] for one in told] == ["PAUSED", "APPROVED"]
        assert [one["other_info"]["title"] for one in told] == [title, "UNPAUSED"]
        assert f"for {hours} hours" in told[0]["other_info"]["description"]
    sim.change_template("77", pause=True)
    assert (await business.refused(**sending("offer")))[1] == 132016
    await sim.settled()
    last = receiver.values("message_template_status_update")[-1]
    assert last["disable_info"]["disable_date"].isdecimal()
    assert (await business.call("DELETE", PATH, name="offer"))[0] == 400


async def test_unpause_over_the_api(sim: Simulator, business: Business) -> None:
    sim.settle({"templates": [offer(id="77")]})
    assert (await business.call("POST", "77/unpause"))[0] == 400
    sim.change_template("77", pause=True)
    assert await business.call("POST", "77/unpause") == (200, {"success": True})
    await business.send(**sending("offer"))


async def test_quality_and_category(sim: Simulator, receiver: Receiver) -> None:
    sim.freeze()
    sim.settle({"templates": [offer(id="77")]})
    sim.change_template("77", quality="YELLOW")
    sim.change_template("77", category="UTILITY")
    sim.move(86_400)
    sim.change_template("77", category="MARKETING", notice=False)
    await sim.settled()
    keys = {
        "message_template_id": 77,
        "message_template_name": "offer",
        "message_template_language": "en",
    }
    assert receiver.values("message_template_quality_update") == [
        {"previous_quality_score": "UNKNOWN", "new_quality_score": "YELLOW", **keys}
    ]
    announced, done, at_once = sorted(
        receiver.values("template_category_update"),
        key=lambda one: ("previous_category" in one, one["new_category"] == "MARKETING"),
    )
    due = announced.pop("category_update_timestamp")
    assert due == sim.world.clock.now() // 1_000_000
    assert announced == {**keys, "new_category": "MARKETING", "correct_category": "UTILITY"}
    assert done == {**keys, "previous_category": "MARKETING", "new_category": "UTILITY"}
    assert at_once == {**keys, "previous_category": "UTILITY", "new_category": "MARKETING"}


@pytest.mark.parametrize("drop", [False, True])
async def test_pacing(sim: Simulator, business: Business, receiver: Receiver, drop: bool) -> None:
    sim.settle({"templates": [offer(id="77", pacing=True)]})
    answer = (await business.call("POST", f"{NUMBER}/messages", message(**sending("offer"))))[1]
    assert answer["messages"][0]["message_status"] == "held_for_quality_assessment"
    sim.move(60)
    await sim.settled()
    assert receiver.statuses() == []
    sim.change_template("77", **{"drop" if drop else "release": True})
    sim.move(1)
    await sim.settled()
    if drop:
        assert receiver.items("statuses")[0]["errors"][0]["code"] == 132015
    else:
        assert sorted(receiver.statuses()) == ["delivered", "sent"]


async def test_handle_for_a_header(business: Business) -> None:
    status, answer = await business.call(
        "POST", "app/uploads", file_length="5", file_type="image/png", file_name="a.png"
    )
    upload = answer["id"]
    assert (status, upload.startswith("upload:")) == (200, True)
    headers = {"Authorization": f"OAuth {business.token}", "file_offset": "0"}
    status, answer = await business.call("POST", upload, data=b"four", headers=headers)
    assert (status, answer["error"]["code"]) == (400, 100)
    status, answer = await business.call("POST", upload, data=b"five!", headers=headers)
    assert (status, answer["h"].startswith("4::")) == (200, True)
