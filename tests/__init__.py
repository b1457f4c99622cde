"""The tests mirror the packages; `lab` needs root, the rest needs nothing but loopback."""
