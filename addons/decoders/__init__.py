"""What rides on HTTP: documents, JSON, calls of tools, conversations with models. Pure; nothing of mitmproxy here."""
