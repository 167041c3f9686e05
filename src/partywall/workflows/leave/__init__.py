"""Hands everything back as plain Compose, and takes away what is Partywall's own; data stay."""
