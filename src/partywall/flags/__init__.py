"""Feature flags: their definitions, what is in force in an environment, and who serves them."""
