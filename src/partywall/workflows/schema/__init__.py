"""What an environment's tables are, beside another's: compared, copied, dumped, restored."""
