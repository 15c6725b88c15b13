"""Tests of forgetting people, and of what keeps them forgotten."""
