"""Shows: the console reads the ledger and writes decisions through it. Arrives with its own issue; empty in this build.

Never imports addons or mitmproxy.
"""
