"""What keeps the gateway from starting or going on.

GatewayError
├── UnsafeOptionError    an option of mitmproxy that would let traffic pass unjudged
└── SelfCheckError       the stack is not what it must be
"""

from __future__ import annotations


class GatewayError(Exception):
    """The gateway cannot do its duty; it does not listen."""

    def hint(self) -> str:
        """Say what the operator should do next."""
        return "run `aegis doctor` and see the log"


class UnsafeOptionError(GatewayError):
    """An option of mitmproxy that would let traffic pass unjudged."""

    def __init__(self, option: str, why: str) -> None:
        super().__init__(f"option {option} is refused: {why}")
        self.option = option

    def hint(self) -> str:
        """Say what the operator should do next."""
        return f"remove {self.option} from the command line and from config.yaml in the confdir"


class SelfCheckError(GatewayError):
    """The stack is not what it must be."""
