"""Interactive transfer clients: `put` in their script sends a file (T1048).

The script is an option's value, the input, or what stands on the lines behind the client. A relative path is MEDIUM:
publishing one's own work is what these programs are for.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.flow import is_local
from policy.detectors.shell.rules.hit import Hit
from policy.detectors.shell.rules.secrets import SENSITIVE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_CLIENTS: Final = frozenset({"ftp", "sftp", "tftp", "smbclient", "lftp", "ncftp", "ncftpput", "kermit"})
_SENDS: Final = frozenset({"put", "mput", "send", "append", "reput"})
_PUT: Final = re.compile(r"\b(?:m|re)?put\s+(?:-\w+\s+)*(\S{1,1024})")
_ACCOUNTS: Final = re.compile(r"/etc/(?:passwd|group|hosts)$")


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what transfer clients are told to send."""
    client: Command | None = None
    for command in reading.commands:
        if command.name in _CLIENTS:
            client = None if is_local(command) else command
            if client is not None:
                yield from _judge(client, _given(client))
        elif client is not None and command.name in _SENDS:
            yield from _judge(client, list(command.argv[1:2]))
            client = None


def _given(client: Command) -> list[str]:
    """Return the files of the script that a client is given."""
    text = "\n".join([" ".join(client.argv[1:])[:8_192], (client.stdin or "")[:8_192]])
    return _PUT.findall(text)[:16]


def _judge(client: Command, files: list[str]) -> Iterator[Hit]:
    if not files:
        return
    if any(SENSITIVE.search(file) or _ACCOUNTS.search(file) for file in files):
        yield Hit("exfiltration", 88, "credentials-sent", "sends credentials away", client)
    elif any(file[:1] in {"/", "~"} for file in files):
        yield Hit("exfiltration", 74, "put-absolute", "sends a file from outside its folder", client)
    else:
        yield Hit("exfiltration", 50, "put", "sends a file", client)
