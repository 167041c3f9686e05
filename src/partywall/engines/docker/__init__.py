"""Containers, volumes and networks of the Docker Engine, made by the Compose CLI."""
