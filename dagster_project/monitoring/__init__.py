"""Watching: freshness of what is published, and of the data behind it."""
