"""A campaign for those whom the rule of a segment holds for, minus those of another."""

from __future__ import annotations

import segments
from kernel import ids, tenancy
from tests import stored
from tests.campaigns.office import Office, listed

AUDIENCE = """audience { size segmentsAny { name } segmentsNone { name } }
  progress { total frozen }"""


async def test_an_audience_by_segments(office: Office) -> None:
    await office.enters(
        listed("Ana", "34600000001", "vip"),
        listed("Bo", "34600000002", "vip"),
        listed("Cy", "34600000003", "other"),
    )
    with tenancy.acting_for(office.studio.store.tenant_id):
        vips = {"tags": {"anyOf": [await office.tag("vip")]}}
        wanted = await segments.create("VIPs", vips, None)
        unwanted = await segments.create("Bo", {"contacts": [office.contact("Bo")]}, None)
    shown = [ids.show("segment", one) for one in (wanted, unwanted)]
    wrong = {"segmentsAny": [ids.show("segment", "7" * 32)]}
    _, errors = await office.does("Create", **office.draft(audience=wrong))
    assert [(one["code"], one["field"]) for one in errors] == [
        ("NOT_FOUND", ["audience", "segmentsAny", "0"])
    ]
    campaign = await office.drafts(
        audience={"segmentsAny": shown[:1], "segmentsNone": shown[1:]},
    )
    with tenancy.acting_for(office.studio.store.tenant_id):
        await segments.delete(unwanted)  # its rule still keeps people out
    assert await office.sees(campaign, AUDIENCE) == {
        "audience": {"size": 1, "segmentsAny": [{"name": "VIPs"}], "segmentsNone": []},
        "progress": None,
    }
    await office.launches(campaign)
    frozen = await stored.rows("SELECT contact_id FROM send")
    assert [row["contact_id"] for row in frozen] == [office.people["Ana"]]
