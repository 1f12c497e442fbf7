"""Rain: a design storm or a gauge series, what the ground and the drains take, what stands."""
