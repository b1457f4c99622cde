"""Hidden programs: decoded, computed or unpacked right before a shell runs them (T1027, T1140, T1059).

What could be decoded here is judged by what it does; that it was hidden at all is a finding of its own, for nobody
encodes an ordinary command. Also programs in temporary folders that were made there, and `chpasswd` for root.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.flow import origins
from policy.detectors.shell.programs import SHELLS, is_interpreter
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_DECODES: Final = {
    "base64": re.compile(r"-\w{0,2}[dD]\w{0,2}|--decode"),
    "base32": re.compile(r"-d|--decode|-D"),
    "xxd": re.compile(r"-\w{0,3}r\w{0,3}"),
    "openssl": re.compile(r"-d"),
    "gpg": re.compile(r"-d|--decrypt"),
    "uudecode": re.compile(r".*"),
    "rev": re.compile(r".*"),
    "ccrypt": re.compile(r"-d"),
}
_COMPUTES: Final = re.compile(
    r"pack\s?\(|decode|fromhex|chr\(|\\x[0-9a-f]{2}|unhexlify|rot13|String\.fromCharCode", re.IGNORECASE
)
_TEMPORARY: Final = re.compile(r"/(?:var/)?tmp/|/dev/shm/")


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what was hidden before it is run."""
    for command in reading.commands:
        name = command.name
        runs = (
            name in SHELLS
            or name in {"eval", "source", ".", "$()", "xargs"}
            or (is_interpreter(name) and command.piped)
        )
        if runs and any(_hides(source) for source in origins(command)) and not _is_data(command):
            yield Hit("hide", 74, "decode-run", "decodes a program and runs it", command)
        if name == "chpasswd" and command.stdin and command.stdin.lstrip().startswith("root:"):
            yield Hit("privilege", 78, "root-password", "sets the password of root", command)
        if name == "passwd" and command.stdin and "\n" in command.stdin:
            yield Hit("privilege", 74, "password-piped", "sets a password without a person", command)
        if command.argv and _TEMPORARY.match(command.argv[0]):
            is_hidden = "/." in command.argv[0]
            yield Hit(
                "hide",
                74 if is_hidden else 45,
                "temporary-program",
                "runs a program of a temporary folder",
                command,
            )


def _hides(command: Command) -> bool:
    option = _DECODES.get(command.name)
    if option is not None:
        return command.name in {"rev", "uudecode"} or any(option.fullmatch(word) for word in command.argv[1:])
    return is_interpreter(command.name) and any(_COMPUTES.search(word[:4_096]) for word in command.argv[1:])


def _is_data(command: Command) -> bool:
    """True if what was decoded is only read by a script that is given elsewhere."""
    if command.name in SHELLS:
        operands = [word for word in command.argv[1:] if word[:1] != "-"]
        return (
            bool(operands)
            and operands[0] not in {"-", "/dev/stdin", "/dev/fd/63", "$()"}
            and "-c" not in command.argv
            and "-s" not in command.argv
        )
    if is_interpreter(command.name):
        return any(word in {"-c", "-e", "-m", "-r", "-n", "-ne", "-pe"} for word in command.argv)
    return command.name == "xargs"
