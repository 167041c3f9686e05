"""Makapix Club: a small pixel-art network with a gallery, a worker and a vault of files."""
