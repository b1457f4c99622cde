"""Rules that follow what commands do to each other: flows, targets, break-outs."""
