"""Reading agent-supplied text: one scan for all patterns, and every disguise a text can wear."""
