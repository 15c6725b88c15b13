"""The doors: GraphQL, webhooks, health. They translate and call; rules stand below.

My words: viewer (who asks), context (one request), node (a thing with a global id), page (a part
of a list, from a cursor), tail (the one reader of the outbox that feeds subscriptions).
"""


def schema_text() -> str:
    """The schema as schema.graphql has it."""
    from api.graphql.schema import SCHEMA  # here, so that to import `api` costs nothing

    return SCHEMA.as_str().rstrip() + "\n"


def permissions_text() -> str:
    """Who may what, as docs/permissions.md has it."""
    from api.graphql.permission_page import permission_page
    from api.graphql.schema import GRAPHQL

    return permission_page(GRAPHQL)


__all__ = ["permissions_text", "schema_text"]
