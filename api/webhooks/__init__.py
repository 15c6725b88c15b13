"""Addresses that platforms deliver to."""
