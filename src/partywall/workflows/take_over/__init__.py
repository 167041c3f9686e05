"""Production that `docker compose` started becomes ours; whatever fails, it is as it was."""
