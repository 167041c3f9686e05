"""What can be compared and dumped: an environment, a snapshot, or what migrations make."""
