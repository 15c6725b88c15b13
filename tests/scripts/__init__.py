"""Tests of the commands: what they start, what they say, what they leave behind."""
