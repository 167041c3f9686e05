"""How each kind of service runs here: stand-ins for images, and the application's processes."""
