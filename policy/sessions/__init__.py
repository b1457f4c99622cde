"""What one agent session has read, from where, and what it has done: the memory that chains are judged by."""
