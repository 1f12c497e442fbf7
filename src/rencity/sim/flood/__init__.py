"""Standing water on a terrain: where runoff gathers, how high it stands, where it goes on to.

A screening level: water moves at once and has no momentum, and there is no pipe network. What lies
low fills first; what is full spills over its lowest pass.
"""
