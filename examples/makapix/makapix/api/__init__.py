"""The HTTP API under ``/api``: accounts, posts, reactions, comments, follows, notifications."""
