"""Exports: all that is held on a person, gathered, signed, fetched by a link, and destroyed."""
