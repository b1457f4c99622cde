"""Paths: what a name means once it is read as a file system reads it, and whether it leads where it should not."""
