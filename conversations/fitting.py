"""Which templates may be sent to somebody now, to offer where nothing else may (F21)."""

from __future__ import annotations

import channels
from channels import TemplateFilter, TemplateRow
from conversations.asked import Asked
from conversations.rulings import rulings
from kernel import database, tenancy
from kernel.ids import Id

_MOST = 50


async def templates_that_fit(conversation_id: Id) -> list[TemplateRow]:
    """The approved templates of the thread's account that the gate lets through, by name."""
    thread = await database.row(
        """SELECT v.contact_id, v.number_id, n.waba_row_id
             FROM conversation v
             JOIN number n ON n.tenant_id = $1::uuid AND n.id = v.number_id
            WHERE v.tenant_id = $1::uuid AND v.id = $2::uuid""",
        tenancy.current(),
        conversation_id,
    )
    if thread is None:
        return []
    wanted = TemplateFilter(thread["waba_row_id"], ["APPROVED"])
    approved = await channels.template_page(wanted, "ASC", None, _MOST)
    asked = [
        Asked(
            one["id"],
            thread["contact_id"],
            thread["number_id"],
            needs_window=False,
            template_name=one["name"],
            template_language=one["language"],
            is_new=True,
            origin="person",
        )
        for one in approved
    ]
    ruled = await rulings(asked)
    return [one for one in approved if ruled[one["id"]].may_go]
