"""The verbs, without printing."""
