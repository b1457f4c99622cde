"""The deciding half of Aegis: pure functions from an exchange and a compiled policy to a verdict.

Owns the policy file, the host, address and path readings, the checks, the score and the decision. It imports
nothing of ours and does no I/O but reading the policy file it is pointed at: clock, addresses and rate
readings come in as state, so that a recorded exchange always gets the same verdict again.
"""
