"""A run as a page that anyone can open and read: one file, offline, in Chinese or English."""
