"""Fuzzing of everything that reads what agents and services send."""
