"""Many people at once, from a list: read, compared with who is there, mended, then taken over in one transaction."""
