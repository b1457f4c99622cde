"""How long the property tests of the policy search: long enough to find, short enough to run on every change."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("policy", deadline=None, max_examples=150, database=None)
settings.load_profile("policy")
