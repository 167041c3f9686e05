"""The topology drawn as on a whiteboard: what is drawn, where it stands, how it is joined."""
