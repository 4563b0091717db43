"""What maintainers read from the query log on the command line."""
