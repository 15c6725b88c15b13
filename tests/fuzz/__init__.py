"""Operations that nobody thought of, generated from the schema; `scripts/fuzz-graphql` for more."""
