"""What can be done with templates: written, changed, submitted, deleted, read anew (F20)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import strawberry

import channels
from api.graphql.context import Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.schema.channels import WhatsAppAccount, load_wabas
from api.graphql.schema.node import read_id
from api.graphql.schema.template_inputs import TemplateContentInput, read_changes
from api.graphql.schema.templates import Template, load_templates
from channels import TemplateDraft
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.CHANNELS_WRITE


@input_type
class TemplateCreateInput(TemplateContentInput):
    """A template to begin, in one language."""

    account: strawberry.ID = strawberry.field(description="The account it is for.")
    name: str = strawberry.field(
        description="Up to 512 of a to z, 0 to 9 and underscore; languages share it."
    )
    language: str = strawberry.field(description="As the platform writes it: en, en_US.")


@input_type
class TemplateUpdateInput(TemplateContentInput):
    """What to change of a template; what is left out stays, null removes a part."""

    template: strawberry.ID = strawberry.field(description="The template.")


@input_type
class TemplateSubmitInput:
    """A template to give to the platform."""

    template: strawberry.ID = strawberry.field(description="The template.")


@input_type
class TemplateDeleteInput:
    """A template to delete."""

    template: strawberry.ID = strawberry.field(description="The template.")


@input_type
class TemplateSyncInput:
    """An account whose templates are to be read anew."""

    account: strawberry.ID = strawberry.field(description="The account.")


@object_type
class TemplatePayload:
    """What became of a step with a template."""

    template: Template | None = strawberry.field(
        description="The template as it is now; null where there is none any more."
    )
    user_errors: list[UserError] = strawberry.field(
        description="What the user can put right: all findings at once, each with its field."
    )


@object_type
class TemplateSyncPayload:
    """What became of reading the templates anew."""

    account: WhatsAppAccount | None = strawberry.field(description="The account as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class TemplateMutation:
    """What can be done with templates."""

    @strawberry.mutation(
        description="Begin a template, as a draft that the platform does not know yet. It is held "
        "against every limit of the platform.",
        directives=[requires(_WRITE)],
    )
    async def template_create(
        self, info: Info, input: InputOf[TemplateCreateInput]
    ) -> TemplatePayload:
        async def work() -> Id:
            account = read_id("waba", input.account, "account")
            changes = read_changes(input)
            if "category" not in changes:
                raise Invalid("What it is for.", code="MISSING", field=("category",))
            return await channels.create_template(
                account, input.name, input.language, TemplateDraft(**changes)
            )

        template_id, errors = await attempt(work)
        return await _payload(info, template_id, errors)

    @strawberry.mutation(
        description="Change a template. What the platform has stays in use until the new version "
        "was submitted and approved.",
        directives=[requires(_WRITE)],
    )
    async def template_update(
        self, info: Info, input: InputOf[TemplateUpdateInput]
    ) -> TemplatePayload:
        async def change(template_id: Id) -> None:
            await channels.update_template(template_id, read_changes(input))

        return await _step(info, input.template, change)

    @strawberry.mutation(
        description="Give the newest version to the platform, which reviews it; while it does, the "
        "template cannot be sent. Once given, this changes nothing.",
        directives=[requires(_WRITE)],
    )
    async def template_submit(
        self, info: Info, input: InputOf[TemplateSubmitInput]
    ) -> TemplatePayload:
        return await _step(info, input.template, channels.submit_template)

    @strawberry.mutation(
        description="Delete a template in its language, here and at the platform, which bars its "
        "name for 30 days. A draft that was never submitted is forgotten.",
        directives=[requires(_WRITE)],
    )
    async def template_delete(
        self, info: Info, input: InputOf[TemplateDeleteInput]
    ) -> TemplatePayload:
        return await _step(info, input.template, channels.delete_template)

    @strawberry.mutation(
        description="Read all templates of an account from the platform now, as happens by itself "
        "every half hour.",
        directives=[requires(_WRITE)],
    )
    async def template_sync(
        self, info: Info, input: InputOf[TemplateSyncInput]
    ) -> TemplateSyncPayload:
        async def work() -> Id:
            account = read_id("waba", input.account, "account")
            await channels.sync_templates(account)
            return account

        account, errors = await attempt(work)
        info.context.begin_anew()
        found = await load_wabas(info.context, [account]) if account else {}
        return TemplateSyncPayload(account=found.get(account or ""), user_errors=errors)


async def _step(
    info: Info, given: strawberry.ID, step: Callable[[Id], Awaitable[None]]
) -> TemplatePayload:
    """The template after a step with it, also after one that did not succeed."""
    seen: list[Id] = []

    async def work() -> None:
        seen.append(read_id("template", given, "template"))
        await step(seen[0])

    _, errors = await attempt(work)
    return await _payload(info, seen[0] if seen else None, errors)


async def _payload(info: Info, template_id: Id | None, errors: list[UserError]) -> TemplatePayload:
    info.context.begin_anew()
    found = await load_templates(info.context, [template_id]) if template_id else {}
    return TemplatePayload(template=found.get(template_id or ""), user_errors=errors)
