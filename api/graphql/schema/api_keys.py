"""Keys of the store's own systems (F3)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from enum import Enum
from typing import Any, cast

import strawberry

from api.graphql.context import Context, Info
from api.graphql.described import InputOf, enum_type, input_type, object_type
from api.graphql.pages import After, Before, Connection, First, Last, PageArgs, page_of_all
from api.graphql.payloads import UserError, attempt
from api.graphql.permissions import requires
from api.graphql.scalars import DateTime, when
from api.graphql.schema.node import KINDS, Node, created_at, read_id
from api.graphql.schema.people import Person, load_people
from kernel import clock
from kernel.ids import Id
from tenants import (
    KeyRow,
    NewKey,
    Permission,
    keys_by_ids,
    list_keys,
    make_key,
    revoke_key,
    rotate_key,
)

_USUAL_OVERLAP = 24


@enum_type
class ApiKeyState(Enum):
    """Whether a key lets in."""

    LIVE = strawberry.enum_value("live", description="It lets in.")
    EXPIRED = strawberry.enum_value("expired", description="Its time is over.")
    REVOKED = strawberry.enum_value("revoked", description="It was revoked.")


@object_type
class ApiKey(Node):
    """A key that lets one of the store's own systems in, sent as `Authorization: Bearer rk_…`."""

    kind = "key"
    created_at: DateTime = created_at()

    @strawberry.field(description="What people call it.")
    def name(self) -> str:
        return self._key.name

    @strawberry.field(description="How its text begins; the rest is not kept.")
    def prefix(self) -> str:
        return self._key.prefix

    @strawberry.field(description="What it may, as resource:action, sorted.")
    def scopes(self) -> list[str]:
        return list(self._key.scopes)

    @strawberry.field(
        description="The addresses and networks from which it works; empty for everywhere."
    )
    def networks(self) -> list[str]:
        return list(self._key.networks)

    @strawberry.field(description="Whether it lets in.")
    def state(self) -> ApiKeyState:
        if self._key.revoked_at is not None:
            return ApiKeyState.REVOKED
        has_expired = self._key.expires_at is not None and self._key.expires_at <= clock.now()
        return ApiKeyState.EXPIRED if has_expired else ApiKeyState.LIVE

    @strawberry.field(description="When it ends, or ended, by itself; null for never.")
    def expires_at(self) -> DateTime | None:
        return when(self._key.expires_at)

    @strawberry.field(description="When it was revoked.")
    def revoked_at(self) -> DateTime | None:
        return when(self._key.revoked_at)

    @strawberry.field(description="When it was used last, to five minutes; null for never.")
    def used_at(self) -> DateTime | None:
        return when(self._key.used_at)

    @strawberry.field(description="Who made it.", directives=[requires(Permission.PEOPLE_READ)])
    def made_by(self) -> Person:
        return cast(Person, self.asked.loader(load_people).get(self._key.made_by))

    @strawberry.field(description="The key that it takes over from.")
    def replaces(self) -> ApiKey | None:
        replaced = self._key.replaces_id
        return self.asked.loader(load_keys).get(replaced) if replaced else None

    @property
    def _key(self) -> KeyRow:
        return cast(KeyRow, self.row["key"])


@input_type
class ApiKeyCreateInput:
    """A key to make."""

    name: str = strawberry.field(description="What to call it: 1 to 100 characters.")
    scopes: list[str] = strawberry.field(
        description="What it may, such as contacts:read; never more than who makes it."
    )
    expires_at: DateTime | None = strawberry.field(
        default=None, description="When it ends; left out, never."
    )
    networks: list[str] | None = strawberry.field(
        default=None,
        description="The only addresses and networks (203.0.113.7, 2001:db8::/32) from which it "
        "works, up to 20; left out, everywhere.",
    )


@input_type
class ApiKeyRotateInput:
    """A key to replace."""

    key: strawberry.ID = strawberry.field(description="The key.")
    overlap_hours: int = strawberry.field(
        default=_USUAL_OVERLAP,
        description="For how many hours the old key works on beside the new one: 0 to 720.",
    )


@input_type
class ApiKeyRevokeInput:
    """A key to end."""

    key: strawberry.ID = strawberry.field(description="The key.")


@object_type
class ApiKeyTextPayload:
    """What became of a wish for a key."""

    key: ApiKey | None = strawberry.field(description="The new key.")
    text: str | None = strawberry.field(
        description="What to send as `Authorization: Bearer …`. It is told only here and now."
    )
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ApiKeyRevokePayload:
    """What became of a wish to end a key."""

    key: ApiKey | None = strawberry.field(description="The key as it is now.")
    user_errors: list[UserError] = strawberry.field(description="What the user can put right.")


@object_type
class ApiKeyMutation:
    """What can be done with keys."""

    @strawberry.mutation(
        description="Make a key for one of the store's own systems.",
        directives=[requires(Permission.KEYS_WRITE)],
    )
    async def api_key_create(
        self, info: Info, input: InputOf[ApiKeyCreateInput]
    ) -> ApiKeyTextPayload:
        me = info.context.me
        return await _told_once(
            info.context,
            lambda: make_key(
                me.person,
                input.name,
                input.scopes,
                may=me.permissions,
                expires_at=input.expires_at,
                networks=input.networks or (),
            ),
        )

    @strawberry.mutation(
        description="Give a key a successor; both work for a while, so that nothing stands still "
        "while systems change over.",
        directives=[requires(Permission.KEYS_WRITE)],
    )
    async def api_key_rotate(
        self, info: Info, input: InputOf[ApiKeyRotateInput]
    ) -> ApiKeyTextPayload:
        async def work() -> NewKey:
            key_id = read_id("key", input.key, "key")
            overlap = input.overlap_hours * clock.HOUR
            return await rotate_key(info.context.me.person, key_id, overlap)

        return await _told_once(info.context, work)

    @strawberry.mutation(
        description="End a key: it stops within 5 seconds, also on open websockets.",
        directives=[requires(Permission.KEYS_WRITE)],
    )
    async def api_key_revoke(
        self, info: Info, input: InputOf[ApiKeyRevokeInput]
    ) -> ApiKeyRevokePayload:
        async def work() -> Id:
            key_id = read_id("key", input.key, "key")
            await revoke_key(info.context.me.person, key_id)
            return key_id

        key_id, errors = await attempt(work)
        key = await _shown(info.context, key_id) if key_id else None
        return ApiKeyRevokePayload(key=key, user_errors=errors)


async def load_keys(asked: Context, ids: list[Id]) -> Mapping[Id, ApiKey]:
    """Keys by their ids."""
    return {row_id: _key(asked, row) for row_id, row in (await keys_by_ids(ids)).items()}


async def keys_page(
    info: Info, first: First, after: After, last: Last, before: Before
) -> Connection[ApiKey]:
    """The keys of the tenant, oldest first."""
    asked = info.context
    return await page_of_all(
        "keys",
        await list_keys(),
        PageArgs.read(first, after, last, before),
        lambda rows: [_key(asked, row) for row in rows],
    )


async def _told_once(asked: Context, work: Callable[[], Awaitable[NewKey]]) -> ApiKeyTextPayload:
    made, errors = await attempt(work)
    return ApiKeyTextPayload(
        key=await _shown(asked, made.id) if made else None,
        text=made.text if made else None,
        user_errors=errors,
    )


async def _shown(asked: Context, key_id: Id) -> ApiKey:
    asked.begin_anew()
    return (await asked.loader(load_keys).many([key_id]))[key_id]


def _key(asked: Context, row: KeyRow) -> ApiKey:
    shown: dict[str, Any] = {"id": row.id, "created_at": row.created_at, "key": row}
    return ApiKey(row=shown, asked=asked)


KINDS.add("key", Permission.KEYS_READ, load_keys)
