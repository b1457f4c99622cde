"""Tables of documented credential formats, one module per kind of service."""
