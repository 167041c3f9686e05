"""`python -m tides.migrate`: the tables are there afterwards."""

from tides import book

if __name__ == "__main__":
    book.migrate()
