"""Real servers from wheels and the application's own processes, on loopback."""
