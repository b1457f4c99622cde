"""Keeps secrets: sealing, key sources, placeholders and their bindings. Empty in this build.

Knows nothing of HTTP and imports nothing of ours.
"""
