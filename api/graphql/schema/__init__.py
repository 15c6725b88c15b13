"""The schema: one file for each domain, put together here."""

from __future__ import annotations

import strawberry
from strawberry.schema.config import StrawberryConfig

from api.graphql.permissions import Personal, Requires
from api.graphql.scalars import SCALARS
from api.graphql.schema import message_kinds
from api.graphql.schema.conversations import Episode
from api.graphql.schema.inbox import Subscription
from api.graphql.schema.roots import Mutation, Query
from api.graphql.wiring import wire

SCHEMA = strawberry.Schema(
    query=Query,
    mutation=Mutation,
    subscription=Subscription,
    types=[*message_kinds.TYPES, Episode],
    schema_directives=[],
    config=StrawberryConfig(scalar_map=SCALARS),
)
GRAPHQL = SCHEMA._schema
wire(GRAPHQL)

__all__ = ["GRAPHQL", "SCHEMA", "Personal", "Requires"]
