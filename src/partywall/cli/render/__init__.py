"""How things look: text, JSON, SVG."""
