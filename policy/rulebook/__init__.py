"""The rows of `policy.catalog`, one module per threat: rule ids, severities, effects, words and sources."""
