"""Tenants are walled off from each other, whichever way somebody asks."""
