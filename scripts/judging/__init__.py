"""The engine without a proxy: rows or words in, verdicts out."""
