"""Real implementations of the interfaces for tests: an engine on files, benches, worlds."""
