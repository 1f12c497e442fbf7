"""Work that runs in the background of a server: queued, watched, stopped, taken up again."""
