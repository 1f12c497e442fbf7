"""Units, ids, errors, draws, files: what every room may use and none may own."""
