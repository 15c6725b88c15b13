"""GraphQL: the whole product through one documented schema (F51)."""
