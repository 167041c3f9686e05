"""One folder each: where worlds are made real."""
