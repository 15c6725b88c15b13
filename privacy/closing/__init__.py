"""Leaving: a whole tenant is exported, waits for a time of grace, and is destroyed."""
