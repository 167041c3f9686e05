"""`matrix`: every architecture is brought up in a scratch copy and measured there."""
