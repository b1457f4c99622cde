"""The ledger remembers: entries, their chain, its verification, and questions about them.

Owns one SQLite file per gateway. `writer.Writer` is the only thing that writes to it, `aio.AsyncLedger` lets
an event loop wait for it, `verify.verify` checks it, `query` reads it.

Invariant: what was acknowledged is on the disk and stays in the chain; what cannot be written is refused
aloud. Knows nothing of mitmproxy or of the rest of Aegis.
"""
