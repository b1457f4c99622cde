"""Prompt integrity: text that wants to command the model instead of being read by it."""
