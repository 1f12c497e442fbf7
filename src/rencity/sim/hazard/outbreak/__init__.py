"""Outbreak: people fall ill, staff stay away, hospitals fill."""
