"""What an agent's container needs in order to trust Aegis: the certificate authority and its installers.

`authority` makes, describes and checks the CA in the directory mitmproxy reads; `install-ca.sh` installs its
public certificate where an agent lives. Nothing here knows of policy, ledger or proxy.
"""
