"""What of a snapshot leaves this machine: where to, who sent it, and what was said to it."""
