"""A template as somebody would read it (F20)."""

from __future__ import annotations

from typing import Annotated

import orjson
import strawberry

import channels
import contacts
import conversations
from api.graphql.context import Context, Info
from api.graphql.described import object_type
from api.graphql.permissions import PERSONAL, requires
from api.graphql.schema.node import read_id
from api.graphql.schema.template_inputs import TemplateSampleInput
from api.graphql.schema.templates import Template, load_templates
from kernel.errors import NotFound
from kernel.ids import Id
from tenants import Permission


@object_type
class TemplatePreviewButton:
    """A button as it would stand there."""

    kind: str = strawberry.field(description="What it does: URL, QUICK_REPLY … or newer.")
    text: str = strawberry.field(description="What it says; empty where the platform writes it.")
    url: str | None = strawberry.field(description="Where it leads, with the sample in it.")


@object_type
class TemplatePreview:
    """A template as somebody would read it."""

    read: strawberry.Private[conversations.Preview]

    @strawberry.field(description="TEXT, IMAGE, VIDEO, DOCUMENT, LOCATION; null without header.")
    def header_format(self) -> str | None:
        return self.read.header_format

    @strawberry.field(description="The header's text, filled.", directives=[PERSONAL])
    def header(self) -> str | None:
        return self.read.header

    @strawberry.field(
        description="The body, filled; null where the platform writes it.", directives=[PERSONAL]
    )
    def body(self) -> str | None:
        return self.read.body

    @strawberry.field(description="The footer.")
    def footer(self) -> str | None:
        return self.read.footer

    @strawberry.field(description="The buttons, in their order.")
    def buttons(self) -> list[TemplatePreviewButton]:
        return [
            TemplatePreviewButton(kind=one.kind, text=one.text, url=one.url)
            for one in self.read.buttons
        ]

    @strawberry.field(description="Variables for which only a sample stands.")
    def sampled(self) -> list[str]:
        return self.read.sampled

    @strawberry.field(description="Variables that nothing stands for; they are shown as written.")
    def unfilled(self) -> list[str]:
        return self.read.unfilled


@object_type
class TemplateQuery:
    """A look at a template."""

    @strawberry.field(
        description="The template with this id; null where there is none, or none that is yours.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def template(
        self,
        info: Info,
        id: Annotated[strawberry.ID, strawberry.argument(description="Its global id.")],
    ) -> Template | None:
        template_id = read_id("template", id, "id")
        return (await load_templates(info.context, [template_id])).get(template_id)

    @strawberry.field(
        description="The newest version of a template as a contact would read it: variables called "
        "name, first_name, last_name, language and country from what is known of them, the others "
        "from `values`, else from the samples.",
        directives=[requires(Permission.CHANNELS_READ)],
    )
    async def template_preview(
        self,
        info: Info,
        template: Annotated[strawberry.ID, strawberry.argument(description="The template.")],
        contact: Annotated[
            strawberry.ID | None,
            strawberry.argument(
                description="Who would read it.", directives=[requires(Permission.CONTACTS_READ)]
            ),
        ] = None,
        values: Annotated[
            list[TemplateSampleInput] | None,
            strawberry.argument(
                description="Values for variables; those without a name are counted."
            ),
        ] = None,
    ) -> TemplatePreview:
        components = await _components(read_id("template", template, "template"))
        known = await _known(info.context, contact) if contact else {}
        given = {one.name or str(at): one.value for at, one in enumerate(values or [], start=1)}
        return TemplatePreview(read=conversations.preview(components, {**known, **given}))


async def _components(template_id: Id) -> list[object]:
    row = (await channels.templates_by_ids([template_id])).get(template_id)
    if row is None:
        raise NotFound("There is no such template.", field=("template",))
    versions = (await channels.versions_of([template_id])).get(template_id)
    if versions:
        return [*channels.components_of(channels.read_draft(versions[0]["draft"]))]
    found = orjson.loads(row["components"] or "[]")
    return found if isinstance(found, list) else []


async def _known(asked: Context, contact: str) -> dict[str, str]:
    """What the viewer may know of the contact."""
    contact_id = read_id("contact", contact, "contact")
    row = (await contacts.contacts_by_ids([contact_id])).get(contact_id)
    if row is None:
        raise NotFound("There is no such contact.", field=("contact",))
    asked.unseal.want([row["subject_id"]])
    await asked.unseal.fetch()
    name = asked.unseal.text("contact.name", row["id"], row["subject_id"], row["name_sealed"])
    return conversations.values_of(name, row["language"], row["country"])
