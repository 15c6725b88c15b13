"""Filters of lists: input objects with named fields, and operators by type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, TypeVar

import strawberry

import contacts
import conversations
from api.graphql.context import Context
from api.graphql.described import input_type
from api.graphql.scalars import CountryCode, DateTime, Locale
from api.graphql.schema.conversations import ConversationState
from api.graphql.schema.node import read_id
from kernel import clock
from kernel.errors import Invalid
from kernel.ids import Id
from tenants import Permission

V = TypeVar("V")
_MOST_VALUES = 50
_LONGEST_SEARCH = 100


@input_type
class TagCondition:
    """Which tags the contact bears, by the tags' ids."""

    all_of: list[strawberry.ID] | None = strawberry.field(
        default=None, description="It bears all of these."
    )
    any_of: list[strawberry.ID] | None = strawberry.field(
        default=None, description="It bears at least one of these."
    )
    none_of: list[strawberry.ID] | None = strawberry.field(
        default=None, description="It bears none of these."
    )


@input_type
class TimeCondition:
    """When something was."""

    after: DateTime | None = strawberry.field(default=None, description="At this moment or later.")
    before: DateTime | None = strawberry.field(default=None, description="Before this moment.")


@input_type
class CountryCondition:
    """Which country."""

    in_: list[CountryCode] = strawberry.field(name="in", description="One of these.")


@input_type
class LocaleCondition:
    """Which language."""

    in_: list[Locale] = strawberry.field(name="in", description="One of these.")


@input_type
class ContactFilter:
    """Which contacts are wanted; all conditions hold together."""

    tags: TagCondition | None = strawberry.field(default=None, description="By their tags.")
    country: CountryCondition | None = strawberry.field(default=None, description="By country.")
    language: LocaleCondition | None = strawberry.field(default=None, description="By language.")
    created_at: TimeCondition | None = strawberry.field(
        default=None, description="By when they became contacts."
    )


@input_type
class ConversationFilter:
    """Which threads are wanted; all conditions hold together."""

    state: list[ConversationState] | None = strawberry.field(
        default=None, description="Where the work stands: one of these."
    )
    assignee: strawberry.ID | None = strawberry.field(
        default=None, description="The colleague who has it, by id."
    )
    unassigned: bool | None = strawberry.field(default=None, description="Whether nobody has it.")
    number: list[strawberry.ID] | None = strawberry.field(
        default=None, description="Through one of these numbers, by id."
    )
    tags: TagCondition | None = strawberry.field(
        default=None, description="By the tags of the contact."
    )
    search: str | None = strawberry.field(
        default=None,
        description="By the contact's name (the beginnings of its words) or the last 4 or more "
        "digits of a number. Needs contacts:personal.",
    )
    words: str | None = strawberry.field(
        default=None,
        description="With a message that has all of these words. Needs contacts:personal.",
    )
    has_unread: bool | None = strawberry.field(
        default=None, description="Whether the viewer has messages to read in it."
    )
    window_open: bool | None = strawberry.field(
        default=None, description="Whether it may be answered freely now."
    )
    last_inbound_at: TimeCondition | None = strawberry.field(
        default=None, description="By when the customer said something last."
    )


ConversationFilterArg = Annotated[
    ConversationFilter | None, strawberry.argument(description="Which are wanted.")
]
ContactFilterArg = Annotated[
    ContactFilter | None, strawberry.argument(description="Which are wanted.")
]


def contact_conditions(
    asked: Context, given: ContactFilter | None, search: str | None
) -> contacts.ContactFilter:
    """The filter as the room reads it; Invalid names the field that is wrong."""
    wanted = given or ContactFilter()
    tags, created = wanted.tags or TagCondition(), wanted.created_at or TimeCondition()
    return contacts.ContactFilter(
        search_tokens=_tokens(asked, search),
        tags_all=_ids("tag", tags.all_of, "filter", "tags", "allOf") or (),
        tags_any=_ids("tag", tags.any_of, "filter", "tags", "anyOf"),
        tags_none=_ids("tag", tags.none_of, "filter", "tags", "noneOf") or (),
        countries=_few(wanted.country.in_, "filter", "country", "in") if wanted.country else None,
        languages=_few(wanted.language.in_, "filter", "language", "in")
        if wanted.language
        else None,
        created_from=created.after,
        created_before=created.before,
    )


def conversation_conditions(
    asked: Context, given: ConversationFilter | None
) -> conversations.ConversationFilter:
    """The filter as the room reads it; Invalid names the field that is wrong."""
    wanted, now, me = given or ConversationFilter(), clock.now(), asked.me.own_id
    tags, inbound = wanted.tags or TagCondition(), wanted.last_inbound_at or TimeCondition()
    assignee = wanted.assignee
    return conversations.ConversationFilter(
        states=None
        if wanted.state is None
        else [str(state.value) for state in _few(wanted.state, "filter", "state")],
        assignee_id=read_id("person", assignee, "filter", "assignee") if assignee else None,
        unassigned=wanted.unassigned,
        number_ids=_ids("number", wanted.number, "filter", "number"),
        tags_all=_ids("tag", tags.all_of, "filter", "tags", "allOf") or (),
        tags_any=_ids("tag", tags.any_of, "filter", "tags", "anyOf"),
        tags_none=_ids("tag", tags.none_of, "filter", "tags", "noneOf") or (),
        search_tokens=_tokens(asked, wanted.search),
        word_tokens=word_tokens(asked, wanted.words, "words"),
        unread_by=me if wanted.has_unread is True else None,
        read_by=me if wanted.has_unread is False else None,
        window_open_at=now if wanted.window_open is True else None,
        window_closed_at=now if wanted.window_open is False else None,
        last_inbound_from=inbound.after,
        last_inbound_before=inbound.before,
    )


def _tokens(asked: Context, search: str | None) -> list[list[bytes]] | None:
    _check_search(asked, search, "search")
    return None if search is None else contacts.search_tokens(search)


def word_tokens(asked: Context, search: str | None, field: str) -> list[list[bytes]] | None:
    """What a message must have that is searched for; Invalid where the text is too long."""
    _check_search(asked, search, field)
    return None if search is None else conversations.word_tokens(search)


def _check_search(asked: Context, search: str | None, field: str) -> None:
    """A search tells who is there and what was said: only who may see it may search it."""
    if search is None:
        return
    asked.me.require(Permission.CONTACTS_PERSONAL)
    if len(search) > _LONGEST_SEARCH:
        raise Invalid(
            f"A search has at most {_LONGEST_SEARCH} characters.",
            code="BAD_USER_INPUT",
            field=(field,),
        )


def _ids(kind: str, texts: list[strawberry.ID] | None, *field: str) -> list[Id] | None:
    if texts is None:
        return None
    return [read_id(kind, text, *field) for text in _few(texts, *field)]


def _few(values: Sequence[V], *field: str) -> Sequence[V]:
    if len(values) > _MOST_VALUES:
        raise Invalid(
            f"At most {_MOST_VALUES} values are allowed here.", code="BAD_USER_INPUT", field=field
        )
    return values
