"""The adapters between mitmproxy's hooks and Aegis: each addon is one concern, thin, and asks `policy` or `ledger`.

Only here is mitmproxy imported. `stack` puts the addons in the order in which a flow walks them.
"""
