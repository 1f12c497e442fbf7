"""Typhoon: a parametric wind field along a track, felt as the peak gust of each place."""
