"""One preset per file: choices and words; nothing else."""
