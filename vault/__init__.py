"""The vault lends: secrets sealed in a file of their own, and the placeholders that agents hold instead.

Owns one SQLite file per gateway. `vault.Vault` opens, changes and lends from it, `keys` fetch what opens it. On the way
out `injection.inject` exchanges placeholders (`placeholders`) where `bindings` allow it, and `sigv4` signs for AWS; on
the way back `scrubbing` does the reverse. `fingerprints.Watch` knows real values in traffic when it sees them, and
`hardening` keeps the process's memory from others.

Invariant: a value is in the clear only while somebody borrows it, and never in a file, a log line, an error or a
`repr`. Imports nothing of the rest of Aegis.
"""
