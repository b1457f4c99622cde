"""How a person starts things: the command line `aegis`, set-up, supervision, benchmarks."""
