"""Keeps programs alive: a supervisor per project, its guardian, files as the interface."""
