"""Redis and Valkey: a user for each environment, who sees the keys of its prefix alone."""
