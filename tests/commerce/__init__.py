"""Tests of shops: what they tell, in whatever order, and what becomes of it."""
