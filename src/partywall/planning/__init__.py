"""From two worlds to a plan; pure."""
