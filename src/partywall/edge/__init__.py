"""Routes into Caddy's JSON, loaded whole and kept across restarts."""
