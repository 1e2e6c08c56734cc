"""The ladder from the book's comparison to a fair one: run, table, figure."""
