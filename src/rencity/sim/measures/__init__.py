"""What could be done before the next strike, what it costs, and what it changes."""
