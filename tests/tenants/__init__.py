"""Tests of tenants: signing up, signing in, who may what."""
