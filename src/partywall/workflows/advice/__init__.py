"""Advice: facts are looked for, the space is searched, and the settings are written out."""
