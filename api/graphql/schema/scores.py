"""What messages were read as, and what threads feel like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

import strawberry

import scoring as room
from api.graphql.context import Context
from api.graphql.described import enum_type, object_type
from api.graphql.permissions import PERSONAL
from api.graphql.scalars import DateTime
from api.graphql.schema.people import Person, load_people
from kernel.ids import Id


@enum_type
class ReplyLevel(Enum):
    """How much a message is about."""

    COURTESY = strawberry.enum_value(
        1, description="Greeting, thanks, assent: nothing asked, no fact told."
    )
    INFORMATION = strawberry.enum_value(
        2, description="A question, facts, doubts, a complaint; nothing is to be done yet."
    )
    CALL_TO_ACTION = strawberry.enum_value(3, description="Something is wanted now.")


@enum_type
class MessageIntent(Enum):
    """What a message is after."""

    COURTESY = strawberry.enum_value("courtesy", description="Nothing.")
    INFORMATION = strawberry.enum_value("information", description="To ask or to tell.")
    PURCHASE = strawberry.enum_value("purchase", description="To buy, book, reserve or pay.")
    SERVICE = strawberry.enum_value(
        "service", description="To cancel, change, return or get money back."
    )
    CONTACT = strawberry.enum_value("contact", description="A call, or a human.")


@enum_type
class Mood(Enum):
    """How words and emoji feel."""

    NEGATIVE = strawberry.enum_value(-1, description="Sad, angry or disappointed.")
    NEUTRAL = strawberry.enum_value(0, description="Neither.")
    POSITIVE = strawberry.enum_value(1, description="Glad, grateful or enthusiastic.")


@enum_type
class MoodTrend(Enum):
    """Where the mood of a thread goes."""

    RISING = strawberry.enum_value("rising", description="It becomes better.")
    STEADY = strawberry.enum_value("steady", description="It stays.")
    FALLING = strawberry.enum_value("falling", description="It becomes worse.")


@enum_type
class MessageTopic(Enum):
    """What a message is about."""

    ACCOUNT = strawberry.enum_value("account", description="Sign-in, details, cards, data.")
    BOOKING = strawberry.enum_value("booking", description="Tables, rooms, tickets, appointments.")
    DELIVERY = strawberry.enum_value("delivery", description="Shipping, parcels, addresses.")
    ORDER = strawberry.enum_value("order", description="Orders: how, whether, how far.")
    PAYMENT = strawberry.enum_value("payment", description="Ways to pay, payments, invoices.")
    PRICE = strawberry.enum_value("price", description="Prices, discounts, vouchers.")
    PRODUCT = strawberry.enum_value("product", description="Products: what, which, how to use.")
    QUALITY = strawberry.enum_value("quality", description="How good or broken a thing is.")
    RETURNS = strawberry.enum_value("returns", description="Returns, exchanges, refunds.")
    SERVICE = strawberry.enum_value("service", description="The store and those who answer.")
    STOCK = strawberry.enum_value("stock", description="Whether there is any.")
    WHOLESALE = strawberry.enum_value("wholesale", description="Quantities for other businesses.")


@enum_type
class ScoreUnknown(Enum):
    """Why something of a score is unknown."""

    EMPTY = strawberry.enum_value("empty", description="There are no words in it.")
    TOO_LONG = strawberry.enum_value("too_long", description="Longer than a message can be.")
    NO_WORDS = strawberry.enum_value("no_words", description="Emoji, numbers or marks alone.")
    MIXED_SCRIPTS = strawberry.enum_value("mixed_scripts", description="Scripts are mixed.")
    OTHER_LANGUAGE = strawberry.enum_value(
        "other_language", description="In a language that the model does not read."
    )
    UNSURE = strawberry.enum_value("unsure", description="No answer stands out.")


@object_type
class ScoreReason:
    """A word, emoji or mark that decided."""

    about: str = strawberry.field(description="What it decided: intent or mood.")
    words: str = strawberry.field(description="The words, in lower case without accents.")
    weight: float = strawberry.field(
        description="How much it spoke for the intent; of moods below 0 for a bad one."
    )


@object_type
class MessageScore:
    """What a customer's message was read as; sureness is 0 to 0.99. Colleagues can put it right."""

    row: strawberry.Private[room.ScoreRow]
    words: strawberry.Private[Callable[[], str | None]]
    asked: strawberry.Private[Context]

    @strawberry.field(description="How much it is about; null where that is unknown.")
    def level(self) -> ReplyLevel | None:
        level = self.row["level"]
        return ReplyLevel(level) if level is not None else None

    @strawberry.field(description="How sure the level is.")
    def level_sureness(self) -> float:
        return self.row["level_percent"] / 100

    @strawberry.field(description="What it is after.")
    def intent(self) -> MessageIntent | None:
        intent = self.row["intent"]
        return MessageIntent(intent) if intent is not None else None

    @strawberry.field(description="Its language: ar, de, en, es, id, pt, ru or zh.")
    def language(self) -> str | None:
        return self.row["language"]

    @strawberry.field(description="How sure the language is.")
    def language_sureness(self) -> float:
        return self.row["language_percent"] / 100

    @strawberry.field(description="How it feels.")
    def mood(self) -> Mood | None:
        mood = self.row["mood"]
        return Mood(mood) if mood is not None else None

    @strawberry.field(description="How sure the mood is.")
    def mood_sureness(self) -> float:
        return self.row["mood_percent"] / 100

    @strawberry.field(description="What it is about.")
    def topics(self) -> list[MessageTopic]:
        return [MessageTopic(topic) for topic in self.row["topics"]]

    @strawberry.field(description="Why something of it is unknown; null where nothing is.")
    def unknown(self) -> ScoreUnknown | None:
        reason = self.row["unknown"]
        return ScoreUnknown(reason) if reason is not None else None

    @strawberry.field(
        description="Which words decided, by the model of today; worked out for you, never stored.",
        directives=[PERSONAL],
    )
    def reasons(self) -> list[ScoreReason] | None:
        words = self.words()
        if words is None:
            return None
        (reading,) = room.read([words], why=True)
        return [
            ScoreReason(about=one.about, words=one.words, weight=one.weight)
            for one in reading.reasons
        ]

    @strawberry.field(description="The version of the model that read it.")
    def model(self) -> int:
        return self.row["model"]

    @strawberry.field(
        description="Whether it follows what a colleague put right of the same words elsewhere."
    )
    def learnt(self) -> bool:
        return bool(self.row["learnt"])

    @strawberry.field(description="What a colleague put right: intent, language, mood, topics.")
    def corrected(self) -> list[str]:
        return list(self.row["corrected"])

    @strawberry.field(description="Who put it right last.")
    def corrected_by(self) -> Person | None:
        person_id = self.row["corrected_by"]
        return self.asked.loader(load_people).get(person_id) if person_id else None

    @strawberry.field(description="When it was scored.")
    def scored_at(self) -> DateTime:
        return DateTime(self.row["scored_at"])


@object_type
class TopicCount:
    """How many messages are about a topic."""

    topic: MessageTopic = strawberry.field(description="The topic.")
    messages: int = strawberry.field(description="How many of the last messages.")


@object_type
class ConversationMood:
    """What the customer's last messages, at most 10, come to."""

    row: strawberry.Private[room.ThreadMood]

    @strawberry.field(
        description="The mood, −1 to 1, newer messages counting more; null while it is unknown."
    )
    def value(self) -> float | None:
        return self.row.value

    @strawberry.field(description="Where it goes; null while there are fewer than 4 moods.")
    def trend(self) -> MoodTrend | None:
        return MoodTrend(self.row.trend) if self.row.trend else None

    @strawberry.field(description="Of how many messages.")
    def messages(self) -> int:
        return self.row.messages

    @strawberry.field(description="What they are about, the most frequent topic first.")
    def topics(self) -> list[TopicCount]:
        counted = sorted(self.row.topics.items(), key=lambda one: (-one[1], one[0]))
        return [TopicCount(topic=MessageTopic(topic), messages=n) for topic, n in counted]


@object_type
class ScoringProgress:
    """How far the customers' messages are scored; what was stored before is caught up by night."""

    scored: int = strawberry.field(description="How many are scored.")
    messages: int = strawberry.field(description="Of how many.")


async def scoring_progress() -> ScoringProgress:
    """How far the tenant's messages are scored."""
    found = await room.count_scored()
    return ScoringProgress(scored=found.scored, messages=found.messages)


async def load_scores(asked: Context, ids: list[Id]) -> Mapping[Id, room.ScoreRow]:
    """Scores by message."""
    return await room.scores_of(ids)


async def load_moods(asked: Context, ids: list[Id]) -> Mapping[Id, ConversationMood]:
    """Moods by thread."""
    moods = await room.moods_of(ids)
    return {one: ConversationMood(row=mood) for one, mood in moods.items()}
