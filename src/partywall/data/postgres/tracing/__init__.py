"""What others do in a server that is ours alone: statements, locks and writes."""
