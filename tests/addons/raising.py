"""An addon that raises in the hook named by AEGIS_TEST_RAISE, for flows of the test and from the first on."""

import asyncio
import os

from mitmproxy import exceptions
from mitmproxy.addonmanager import Loader

HOOK, _, KIND = os.environ["AEGIS_TEST_RAISE"].partition(":")
KINDS = {
    "": RuntimeError,
    "options": exceptions.OptionsError,
    "halt": exceptions.AddonHalt,
    "cancelled": asyncio.CancelledError,
}


class Raising:
    """Raises in one hook."""

    name = "raising"

    def load(self, loader: Loader) -> None:
        """Nothing to load."""


def _raise(*_: object) -> None:
    raise KINDS[KIND](
        f"a secret sk-test-{1234567890} that must not be logged"
    )  # the traceback shows this line


setattr(Raising, HOOK, _raise)
addons = [Raising()]
