"""Projects of the shapes that people have, and what becomes of them."""
