"""Tests that break things: killed programs, cancelled requests, a flushed Redis, read files."""
