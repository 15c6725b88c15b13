"""Tests that walk the whole house; each also shows that it fails when its rule is broken."""
