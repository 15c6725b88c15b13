"""Tests speak through the door: GraphQL or webhook in, stored state and sent messages out."""
