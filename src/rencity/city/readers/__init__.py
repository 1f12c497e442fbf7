"""Each field's own files into the city's tables, with every row accounted for."""
