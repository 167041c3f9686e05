"""One preset per file: choices, words, needs; nothing else."""
