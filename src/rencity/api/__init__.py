"""Everything over HTTP: what the pages do and what other systems may ask."""
