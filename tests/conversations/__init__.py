"""Tests of threads, episodes, statuses, and the steps that people take."""
