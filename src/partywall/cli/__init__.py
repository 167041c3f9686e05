"""One file per command; main is the only exit."""
