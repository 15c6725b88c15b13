"""Segments: what orders and conversations make of a contact (F36).

I own the facts of contacts: one row each of what their orders and messages come to.
My words: facts, tier (value by what was bought in a year), stage (of life as a customer).
My events: none.
"""
