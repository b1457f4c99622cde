"""One module per threat, each with a frozen dataclass of settings and one function `check`."""
