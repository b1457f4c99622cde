"""The vault lends: secrets sealed in a file of their own, and the placeholders that agents hold instead.

Owns one SQLite file per gateway. `vault.Vault` opens, changes and lends from it, `keys` fetch what opens it,
`placeholders`, `bindings` and `injection` decide where a secret may go, `sigv4` signs for AWS, `scrubbing` and
`fingerprints` look for secrets that travel where they should not.

Invariant: a value is in the clear only while somebody borrows it, and never in a file, a log line, an error or a
`repr`. Imports nothing of the rest of Aegis.
"""
