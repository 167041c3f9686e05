"""From a Compose file and settings to an App."""
