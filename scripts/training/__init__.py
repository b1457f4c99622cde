"""Training of what ships as weights: run by hand, never by the gateway."""
