"""Timings as ratios against a peer or a bare limit in the same run."""
