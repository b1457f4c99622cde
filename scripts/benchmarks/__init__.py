"""Benchmarks: what Aegis costs, measured against what it stands on, side by side in one run.

Invariant: a figure is only printed if every response behind it was a complete 200; anything else ends the
run.
"""
