"""PostgreSQL: schemas compared, copied, dumped, restored and kept apart in one database."""
