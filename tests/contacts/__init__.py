"""Tests of who is who, what they allowed, and how they are found."""
