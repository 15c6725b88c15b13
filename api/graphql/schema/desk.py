"""What people do with threads and contacts."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Literal

import strawberry

import contacts
import conversations
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, input_type, object_type
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime
from api.graphql.schema.contacts import Contact, load_contacts
from api.graphql.schema.conversations import Conversation, load_conversations
from api.graphql.schema.message_kinds import NoteMessage
from api.graphql.schema.messages import load_messages
from api.graphql.schema.node import read_id
from api.graphql.schema.tags import Tag, load_tags
from kernel.ids import Id
from tenants import Permission

_WRITE = Permission.CONVERSATIONS_WRITE


@input_type
class NoteWriteInput:
    """A note to write into a thread."""

    conversation: strawberry.ID = strawberry.field(description="The thread.")
    text: str = strawberry.field(description="What it says: 1 to 10,000 characters.")
    mentions: list[strawberry.ID] | None = strawberry.field(
        default=None, description="The colleagues whom it is to reach, by id."
    )


@input_type
class ConversationMarkReadInput:
    """Up to where the viewer has read a thread."""

    conversation: strawberry.ID = strawberry.field(description="The thread.")
    upto: strawberry.ID | None = strawberry.field(
        default=None, description="The last message that was read; left out, all of it."
    )
    tell_customer: bool = strawberry.field(
        default=False,
        description="Whether the customer is to see it as well; needs conversations:write.",
    )


@input_type
class ConversationInput:
    """A thread to do something with."""

    conversation: strawberry.ID = strawberry.field(description="The thread.")


@input_type
class ConversationSnoozeInput:
    """A thread to put to sleep."""

    conversation: strawberry.ID = strawberry.field(description="The thread.")
    until: DateTime = strawberry.field(
        description="When it opens again by itself; a new message opens it sooner."
    )


@input_type
class ConversationAssignInput:
    """A thread to give to somebody."""

    conversation: strawberry.ID = strawberry.field(description="The thread.")
    assignee: strawberry.ID | None = strawberry.field(
        default=None, description="The colleague; null for nobody."
    )


@input_type
class ContactTagInput:
    """A tag to put on a contact."""

    contact: strawberry.ID = strawberry.field(description="The contact.")
    name: str = strawberry.field(description="The tag's name; a new name makes a new tag.")


@input_type
class ContactUntagInput:
    """A tag to take off a contact."""

    contact: strawberry.ID = strawberry.field(description="The contact.")
    tag: strawberry.ID = strawberry.field(description="The tag.")


@object_type
class NoteWritePayload:
    """What became of a note."""

    note: NoteMessage | None = strawberry.field(description="The note as it stands.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ConversationPayload:
    """What became of a step with a thread."""

    conversation: Conversation | None = strawberry.field(description="The thread as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ContactTagPayload:
    """What became of a tag."""

    contact: Contact | None = strawberry.field(description="The contact as it is now.")
    tag: Tag | None = strawberry.field(description="The tag.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class DeskMutation:
    """What people do with threads and contacts."""

    @strawberry.mutation(
        description="Write an internal note into a thread.", directives=[requires(_WRITE)]
    )
    async def note_write(self, info: Info, input: InputOf[NoteWriteInput]) -> NoteWritePayload:
        asked = info.context

        async def work() -> NoteMessage:
            note_id = await conversations.write_note(
                read_id("conversation", input.conversation, "conversation"),
                asked.me.person,
                input.text,
                [read_id("person", one, "mentions") for one in input.mentions or ()],
            )
            note = (await asked.loader(load_messages).many([note_id]))[note_id]
            await asked.unseal.fetch()
            assert isinstance(note, NoteMessage)  # noqa: S101 (its kind is note)
            return note

        note, errors = await attempt(work)
        return NoteWritePayload(note=note, user_errors=errors)

    @strawberry.mutation(
        description="Note up to where the viewer has read a thread; a mark never moves back.",
        directives=[requires(Permission.CONVERSATIONS_READ)],
    )
    async def conversation_mark_read(
        self, info: Info, input: InputOf[ConversationMarkReadInput]
    ) -> ConversationPayload:
        asked = info.context

        async def work(thread_id: Id) -> None:
            upto = read_id("message", input.upto, "upto") if input.upto else None
            if input.tell_customer:
                asked.me.require(_WRITE)
            await conversations.mark_read(thread_id, asked.me.person, upto)
            if input.tell_customer:
                await conversations.wish_receipt("receipt.wanted", thread_id, upto)

        return await _step(asked, input.conversation, work)

    @strawberry.mutation(
        description="Show the customer that somebody types, for up to 25 seconds or until the next "
        "message; it marks their messages as read.",
        directives=[requires(_WRITE)],
    )
    async def conversation_typing(
        self, info: Info, input: InputOf[ConversationInput]
    ) -> ConversationPayload:
        async def work(thread_id: Id) -> None:
            await conversations.wish_receipt("typing.wanted", thread_id)

        return await _step(info.context, input.conversation, work)

    @strawberry.mutation(
        description="Resolve a thread: it is done until the next message. Its episode ends.",
        directives=[requires(_WRITE)],
    )
    async def conversation_resolve(
        self, info: Info, input: InputOf[ConversationInput]
    ) -> ConversationPayload:
        return await _change_state(info.context, input.conversation, "resolved")

    @strawberry.mutation(description="Open a thread again.", directives=[requires(_WRITE)])
    async def conversation_reopen(
        self, info: Info, input: InputOf[ConversationInput]
    ) -> ConversationPayload:
        return await _change_state(info.context, input.conversation, "open")

    @strawberry.mutation(
        description="Put a thread to sleep until a time.", directives=[requires(_WRITE)]
    )
    async def conversation_snooze(
        self, info: Info, input: InputOf[ConversationSnoozeInput]
    ) -> ConversationPayload:
        return await _change_state(info.context, input.conversation, "snoozed", input.until)

    @strawberry.mutation(
        description="Set a thread aside: it waits for somebody else.",
        directives=[requires(_WRITE)],
    )
    async def conversation_set_pending(
        self, info: Info, input: InputOf[ConversationInput]
    ) -> ConversationPayload:
        return await _change_state(info.context, input.conversation, "pending")

    @strawberry.mutation(
        description="Give a thread to a colleague, or to nobody.", directives=[requires(_WRITE)]
    )
    async def conversation_assign(
        self, info: Info, input: InputOf[ConversationAssignInput]
    ) -> ConversationPayload:
        asked = info.context

        async def work(thread_id: Id) -> None:
            assignee = read_id("person", input.assignee, "assignee") if input.assignee else None
            await conversations.assign(thread_id, asked.me.person_id, assignee)

        return await _step(asked, input.conversation, work)

    @strawberry.mutation(
        description="Put a tag on a contact, making the tag where it is new.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def contact_tag(self, info: Info, input: InputOf[ContactTagInput]) -> ContactTagPayload:
        async def work(contact_id: Id) -> Id:
            return await contacts.tag(contact_id, input.name)

        return await _tag(info.context, input.contact, work)

    @strawberry.mutation(
        description="Take a tag off a contact.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def contact_untag(
        self, info: Info, input: InputOf[ContactUntagInput]
    ) -> ContactTagPayload:
        async def work(contact_id: Id) -> Id:
            tag_id = read_id("tag", input.tag, "tag")
            await contacts.untag(contact_id, tag_id)
            return tag_id

        return await _tag(info.context, input.contact, work)


async def _change_state(
    asked: Context,
    conversation: strawberry.ID,
    state: Literal["open", "pending", "snoozed", "resolved"],
    until: int | None = None,
) -> ConversationPayload:
    async def work(thread_id: Id) -> None:
        await conversations.change_state(thread_id, asked.me.person_id, state, until)

    return await _step(asked, conversation, work)


async def _step(
    asked: Context, conversation: strawberry.ID, work: Callable[[Id], Awaitable[None]]
) -> ConversationPayload:
    """Do it, and show the thread as it is afterwards."""

    async def step() -> Id:
        thread_id = read_id("conversation", conversation, "conversation")
        await work(thread_id)
        return thread_id

    thread_id, errors = await attempt(step)
    asked.begin_anew()
    threads = await asked.loader(load_conversations).many([thread_id] if thread_id else [])
    return ConversationPayload(
        conversation=threads.get(thread_id) if thread_id else None, user_errors=errors
    )


async def _tag(
    asked: Context, contact: strawberry.ID, work: Callable[[Id], Awaitable[Id]]
) -> ContactTagPayload:
    async def step() -> tuple[Id, Id]:
        contact_id = read_id("contact", contact, "contact")
        return contact_id, await work(contact_id)

    done, errors = await attempt(step)
    if done is None:
        return ContactTagPayload(contact=None, tag=None, user_errors=errors)
    asked.begin_anew()
    people = await asked.loader(load_contacts).many([done[0]])
    tags = await asked.loader(load_tags).many([done[1]])
    await asked.unseal.fetch()
    return ContactTagPayload(contact=people.get(done[0]), tag=tags.get(done[1]), user_errors=errors)
