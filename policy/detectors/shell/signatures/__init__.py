"""Signatures: what a rendered command line looks like, by technique. Tables only."""
