"""The nouns: frozen, typed, without effects."""
