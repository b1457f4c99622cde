"""Secrets that leave: credentials of known formats, credentials by their context, data hidden in host labels."""
