"""PostgreSQL: databases, owner roles and the walls between them."""
