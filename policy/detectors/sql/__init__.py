"""SQL: statements that would be executed, and values that would break out of one."""
