"""What architectures cost and hold, measured: figures, the ratings they give, and why."""
