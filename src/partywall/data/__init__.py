"""Databases, caches, brokers and files: roles, walls, folders."""
