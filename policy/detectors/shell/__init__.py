"""The shell guard: reads a command line as a shell would, and judges what it would do."""
