"""What rain and rivers share: the city's terrain, where assets meet the water, what it does."""
