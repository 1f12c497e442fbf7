"""River: a stage on a reach, and the ground connected to it that goes under."""
