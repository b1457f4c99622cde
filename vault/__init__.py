"""Keeps secrets: sealing, key sources, placeholders and their bindings. Arrives with its own issue; empty in this build.

Knows nothing of HTTP and imports nothing of ours.
"""
