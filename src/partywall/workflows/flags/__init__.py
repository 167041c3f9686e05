"""Feature flags of environments: listed, changed, taken from one to another, looked into."""
