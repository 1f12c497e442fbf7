"""Level `reach`: what is connected to what works, one bit a sample, 512 samples a row."""
