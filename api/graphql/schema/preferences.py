"""What contacts chose: how often, about what; and the topics that they choose from (F12)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import TYPE_CHECKING, Annotated, cast

import strawberry

import contacts as room
from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, page_of_all
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, Locale
from api.graphql.schema.node import KINDS, Node, created_at, read_id, updated_at
from kernel.errors import NotFound
from kernel.ids import Id
from tenants import Permission

if TYPE_CHECKING:
    from api.graphql.schema.contacts import Contact

_WRITE = Permission.TENANT_WRITE


@enum_type
class TopicState(Enum):
    """Whether a topic is offered."""

    ACTIVE = strawberry.enum_value("active", description="It is.")
    ARCHIVED = strawberry.enum_value("archived", description="No more; choices go on to hold.")


@enum_type
class Frequency(Enum):
    """How often somebody wants promotions."""

    ANY = strawberry.enum_value(0, description="As they come.")
    WEEKLY = strawberry.enum_value(7, description="Once a week at most.")
    MONTHLY = strawberry.enum_value(30, description="Once in 30 days at most.")


@object_type
class TopicName:
    """What a topic is called in a language."""

    language: str = strawberry.field(description="The language: es.")
    name: str = strawberry.field(description="The name in it.")


@object_type
class Topic(Node):
    """Something that marketing is about."""

    kind = "topic"
    created_at: DateTime = created_at()
    updated_at: DateTime = updated_at()

    @strawberry.field(description="What consents and sends name it by.")
    def code(self) -> str:
        return self._topic.code

    @strawberry.field(description="What people read, where their language has no name of its own.")
    def name(self) -> str:
        return self._topic.name

    @strawberry.field(description="What people read in their languages.")
    def names(self) -> list[TopicName]:
        names = sorted(self._topic.names.items())
        return [TopicName(language=language, name=name) for language, name in names]

    @strawberry.field(description="Whether it is offered.")
    def state(self) -> TopicState:
        return TopicState(self._topic.state)

    @property
    def _topic(self) -> room.Topic:
        return cast(room.Topic, self.row["topic"])


@object_type
class TopicPreference:
    """Whether somebody wants a topic."""

    topic: Topic = strawberry.field(description="The topic.")
    is_wanted: bool = strawberry.field(description="Whether they want it; so until they say no.")


@object_type
class Preferences:
    """What a contact chose; marketing as a whole needs their consent all the same."""

    frequency: Frequency = strawberry.field(description="How often they want promotions.")
    topics: list[TopicPreference] = strawberry.field(
        description="Whether they want each of the topics that are offered."
    )


@input_type
class TopicNameInput:
    """What a topic is called in a language."""

    language: Locale = strawberry.field(description="The language: es.")
    name: str = strawberry.field(description="The name in it: 1 to 100 characters.")


@input_type
class TopicCreateInput:
    """A topic to offer."""

    code: str = strawberry.field(
        description="What consents and sends name it by, for ever: new_arrivals."
    )
    name: str = strawberry.field(description="What people read: 1 to 100 characters.")
    names: list[TopicNameInput] | None = strawberry.field(
        default=None, description="What people read in their languages."
    )


@input_type
class TopicUpdateInput:
    """What to change of a topic; what is left out stays."""

    topic: strawberry.ID = strawberry.field(description="The topic.")
    name: str | None = strawberry.field(default=None, description="What people read.")
    names: list[TopicNameInput] | None = strawberry.field(
        default=None, description="What people read in their languages, all of them."
    )


@input_type
class TopicArchiveInput:
    """A topic to offer no more."""

    topic: strawberry.ID = strawberry.field(description="The topic.")


@input_type
class TopicPreferenceInput:
    """Whether somebody wants a topic."""

    topic: strawberry.ID = strawberry.field(description="The topic.")
    is_wanted: bool = strawberry.field(description="Whether they want it.")


@input_type
class PreferencesUpdateInput:
    """What a contact chose, as they told a colleague or a system of the store."""

    contact: strawberry.ID = strawberry.field(description="The contact.")
    frequency: Frequency | None = strawberry.field(
        default=None, description="How often they want promotions; left out, it stays."
    )
    topics: list[TopicPreferenceInput] | None = strawberry.field(
        default=None, description="What they want or not; topics left out stay."
    )


@object_type
class TopicPayload:
    """What became of a step with a topic."""

    topic: Topic | None = strawberry.field(description="The topic as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class PreferencesPayload:
    """What became of a choice."""

    contact: Annotated[Contact, strawberry.lazy("api.graphql.schema.contacts")] | None = (
        strawberry.field(description="The contact as it is now.")
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class PreferencesMutation:
    """What can be done with topics and choices."""

    @strawberry.mutation(description="Offer a topic.", directives=[requires(_WRITE)])
    async def topic_create(self, info: Info, input: InputOf[TopicCreateInput]) -> TopicPayload:
        async def work() -> Id:
            return await room.create_topic(input.code, input.name, _names(input.names) or {})

        return await _payload(info, work)

    @strawberry.mutation(
        description="Call a topic something else; its code stays.", directives=[requires(_WRITE)]
    )
    async def topic_update(self, info: Info, input: InputOf[TopicUpdateInput]) -> TopicPayload:
        async def work() -> Id:
            topic_id = read_id("topic", input.topic, "topic")
            await room.update_topic(topic_id, input.name, _names(input.names))
            return topic_id

        return await _payload(info, work)

    @strawberry.mutation(
        description="Offer a topic no more; what people chose about it goes on to hold.",
        directives=[requires(_WRITE)],
    )
    async def topic_archive(self, info: Info, input: InputOf[TopicArchiveInput]) -> TopicPayload:
        async def work() -> Id:
            topic_id = read_id("topic", input.topic, "topic")
            await room.archive_topic(topic_id)
            return topic_id

        return await _payload(info, work)

    @strawberry.mutation(
        description="Write down what a contact chose. Consent to marketing is not given by it.",
        directives=[requires(Permission.CONTACTS_WRITE)],
    )
    async def preferences_update(
        self, info: Info, input: InputOf[PreferencesUpdateInput]
    ) -> PreferencesPayload:
        from api.graphql.schema.contacts import load_contacts

        asked = info.context

        async def work() -> Id:
            contact_id = read_id("contact", input.contact, "contact")
            contact = (await room.contacts_by_ids([contact_id])).get(contact_id)
            if contact is None or contact["state"] not in ("active", "frozen"):
                raise NotFound("There is no such contact.", field=("contact",))
            topics = {
                read_id("topic", one.topic, "topics"): one.is_wanted for one in input.topics or ()
            }
            gap = None if input.frequency is None else int(input.frequency.value)
            kind = "person" if asked.me.person_id else "key"
            by = room.By(kind, asked.me.own_id, "api")
            await room.choose(contact, room.Choice(gap, topics), by)
            return contact_id

        contact_id, errors = await attempt(work)
        found = await load_contacts(asked, [contact_id]) if contact_id else {}
        return PreferencesPayload(contact=found.get(contact_id or ""), user_errors=errors)


async def preferences_of(asked: Context, row: room.ContactRow) -> Preferences:
    """What a contact chose."""
    from api.graphql.schema.contacts import load_consents

    topics = await asked.loader(load_offered).one("")
    consents = await asked.loader(load_consents).one(row["id"]) or []
    unwanted = set(room.unwanted_topics([one.row for one in consents]))
    return Preferences(
        frequency=Frequency(row["marketing_gap_days"]),
        topics=[
            TopicPreference(topic=topic, is_wanted=topic._topic.code not in unwanted)
            for topic in topics or ()
        ],
    )


async def load_offered(asked: Context, _keys: list[str]) -> Mapping[str, list[Topic]]:
    """The topics that are offered; there is one list of them."""
    offered = [topic for topic in await room.list_topics() if topic.state == "active"]
    return {"": [_shown(asked, topic) for topic in offered]}


async def load_topics(asked: Context, ids: list[Id]) -> Mapping[Id, Topic]:
    """Topics by their ids."""
    found = await room.topics_by_ids(ids)
    return {topic_id: _shown(asked, topic) for topic_id, topic in found.items()}


async def load_topics_by_codes(asked: Context, codes: list[str]) -> Mapping[str, Topic]:
    """Topics by the codes by which sends name them."""
    found = await room.list_topics()
    return {topic.code: _shown(asked, topic) for topic in found if topic.code in codes}


async def topics_page(
    info: Info, first: First, after: After, last: Last, before: Before
) -> Connection[Topic]:
    """The topics of the tenant, oldest first."""
    asked = info.context
    return await page_of_all(
        "topics",
        await room.list_topics(),
        PageArgs.read(first, after, last, before),
        lambda topics: [_shown(asked, topic) for topic in topics],
    )


async def _payload(info: Info, work: Callable[[], Awaitable[Id]]) -> TopicPayload:
    topic_id, errors = await attempt(work)
    found = await load_topics(info.context, [topic_id]) if topic_id else {}
    return TopicPayload(topic=found.get(topic_id or ""), user_errors=errors)


def _names(given: list[TopicNameInput] | None) -> dict[str, str] | None:
    return None if given is None else {one.language: one.name for one in given}


def _shown(asked: Context, topic: room.Topic) -> Topic:
    row = {
        "id": topic.id,
        "topic": topic,
        "created_at": topic.created_at,
        "updated_at": topic.updated_at,
    }
    return Topic(row=row, asked=asked)


KINDS.add("topic", Permission.CONTACTS_READ, load_topics)
