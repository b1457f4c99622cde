"""Code planted where tools run it later: packages, hooks, build files, servers' modules (T1195, T1546, T1574).

Writing those files is daily work; what is written decides. Does not catch: code that fetches by names of its own.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

_RUN_LATER: Final = re.compile(
    r"(?:^|/)(?:node_modules|site-packages|dist-packages|\.git/hooks|\.husky|\.github/workflows|\.circleci|gems)/"
    r"|(?:^|/)(?:\.gitlab-ci\.ya?ml|package\.json|setup\.(?:py|cfg)|conftest\.py|(?:site|user)customize\.py|[Mm]akefile|\.envrc"
    r"|tasks\.json|Jenkinsfile|\.pre-commit-config\.yaml|build\.(?:gradle|rs|sbt)|binding\.gyp|Rakefile|Gemfile|pip\.conf)$|\.pth$"
)
_FOREIGN: Final = re.compile(
    r"(?:curl|wget)\s[^\n|;]{1,400}\|\s?(?:sudo\s)?(?:ba|z|da)?sh\b|/dev/(?:tcp|udp)/|base64\s+-{1,2}d\w{0,5}\s?\|\s?(?:ba|z)?sh"
    r"|\bn(?:c|cat)\s[^\n]{0,80}\s-\w{0,3}e|bash\s+-i\s+[>&]|child_process[^\n]{0,80}(?:curl|wget|/dev/tcp)\s"
    r"|(?:exec|system|popen|Popen|run)\w{0,4}\([^\n]{0,80}(?:curl|wget)\s[^\n]{0,200}\|"
)
_MODULE: Final = re.compile(r"\bload_module\s+[\"']?(?!modules/|/usr/|/etc/)/\S{1,200}\.so")
_LONGEST: Final = 8_192


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what is written into files that tools run."""
    for command in reading.commands:
        text = _written(command)
        if not text:
            continue
        if _MODULE.search(text):
            yield Hit("library-load", 74, "planted-module", "makes a server load a library", command)
        elif _FOREIGN.search(text) and any(_RUN_LATER.search(target[:512]) for target in _targets(command)):
            yield Hit("persistence", 78, "planted-code", "plants code that tools run", command)


def _targets(command: Command) -> list[str]:
    targets = [redirect.target for redirect in command.redirects if redirect.operator.startswith((">", "&>"))]
    return targets + [word for word in command.argv[1:] if command.name == "tee" and word[:1] != "-"]


def _written(command: Command) -> str:
    if command.name in {"echo", "printf"}:
        return " ".join(command.argv[1:])[:_LONGEST]
    return (command.stdin or "")[:_LONGEST] if command.name in {"cat", "tee"} else ""
