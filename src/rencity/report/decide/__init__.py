"""What a city decides by, as one page: N-1, rates, a budget, networks."""
