"""Snapshots of an environment's database: taken, opened, listed, dropped."""
