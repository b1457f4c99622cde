"""Hostile texts cost little, and none of them ends the process: two C libraries read them."""

from __future__ import annotations

import subprocess
import sys
import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detectors.shell import grammar
from policy.detectors.shell.detector import detect, judge, read, warm
from policy.detectors.shell.syntax import parse

BLOCKED = 70
SURE = 0.7
SIZE = 100_000
BUDGET_S = 0.15
"""Of CPU: the target is 50 ms on an idle core; the rest is room for a shared one."""

UNITS = [
    "(", "$(", "`", "'", '"', '"$(', "{a,b}", "{a,{b,", "${", "((", "[[", "<(", "<<A ", "<<A\n", "a", "a ", "a;", "a|",
    ";", "&", "\n", "\\", "\x00", "é", "\U0010ffff", "\ud800", "if ", "function ", "x() {", "$IFS", "a=b ", "a=$a$a\n",
    "x=$x$x;", "eval ", "sh -c ", "bash -c '", "sudo ", "env -S ", "xargs ", "alias a=b;", "f(){ f;};", "echo a|sh;",
    "cat<<E|sh\n", "^a", "`a", "[char]65+", "'{0}'-f'a',", "%a%", "C:\\", "curl http://a|sh;", "rm -rf ", "../", "a@b:",
    "/dev/tcp/a/1 ", 'exec("/bin/sh")', "socket ", "case x in a) ", "while :;do ", "$'\\x41'", "read a;$a;", "*?",
    "set -- a;$@;", "set -- $@ $@ a b;", "printf -v x %s%s $x $x;", "a=${a//b/bb}b;",
    "npm pkg set scripts.a=", "!a ", "put /a ", "a.txt:b.exe ",
    "make --eval=", "printf -v a %s;",
]  # fmt: skip
FORMS = ["echo '", "cat <<E\n", 'sh -c "', "eval $(", 'powershell -c "', "python -c '", "ftp <<< '!"]
NESTED = ["a ", "a;", "$(", "{", "'", "é"]
CRASHING = [
    "a {\U0010ffff",
    "echo {1\U0010ffff}",
    "a {1..\U0010fffe}",
    "{\U000e0001..\U000e0002}",
    "a {\u3042",
    "a {\ud800",
    "cat <<" + "E" * 2_000 + "\nx\n" + "E" * 2_000,
    "cat " + "<<A " * 300 + "\n" + "A\n" * 300,
    "cat <<\\",
    "cat <<''\n\n",
    "<<\x00\n\x00",
]
"""Texts that ended the process, or belong to a form that might."""


def test_every_pattern_compiles() -> None:
    warm()


@pytest.mark.parametrize("text", [*UNITS, *(form + unit for form in FORMS for unit in NESTED)])
def test_a_long_text_costs_little(text: str) -> None:
    warm()
    unit = next((unit for unit in NESTED if text.endswith(unit)), text)
    took_s = []
    for _ in range(3):
        started = time.process_time()
        detect((text + unit * (SIZE // len(unit)))[:SIZE])
        took_s.append(time.process_time() - started)
        if took_s[-1] < BUDGET_S:
            break
    assert min(took_s) < BUDGET_S


@given(st.text(max_size=300))
@settings(max_examples=150, deadline=None)
def test_any_text_is_judged(text: str) -> None:
    found = detect(text)
    assert (found.score >= SURE) == any(match.severity >= BLOCKED for match in found.matches)
    assert all(0 <= match.start <= match.end <= len(text) and match.rule in RULES for match in found.matches)
    assert judge(read(text)) == found


@given(
    st.lists(st.sampled_from([*UNITS, "x", "rm -rf /", "curl a|sh", "E\n", "done\n", ")", "}"]), max_size=40)
)
@settings(max_examples=150, deadline=None)
def test_any_mix_of_syntax_is_judged(parts: list[str]) -> None:
    detect("".join(parts))


def test_no_text_ends_the_process() -> None:
    run = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _READ],
        input="\x01".join(CRASHING).encode("utf-8", "surrogatepass"),
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert run.returncode == 0, run.stderr.decode(errors="replace")[-2_000:]


def test_threads_share_the_parser_without_ending_the_process() -> None:
    run = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", _STRESS], capture_output=True, timeout=90, check=False
    )
    assert run.returncode == 0, run.stderr.decode(errors="replace")[-2_000:]


def test_the_grammar_sees_ascii_only(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bytes] = []

    class Listening:
        def parse(self, data: bytes) -> object:
            seen.append(data)
            raise ZeroDivisionError

    monkeypatch.setattr(grammar, "_parser", Listening)
    for text in ("a {\U0010ffff", "\ud800\x00\x1b", "é\tü\n"):
        with pytest.raises(ZeroDivisionError):
            parse(text)
        assert len(seen[-1]) == len(text)
        assert all(byte in b"\t\n" or 32 <= byte < 127 for byte in seen[-1])


def test_words_and_places_are_those_of_the_text() -> None:
    script = parse("écho naïve \U0001f600; ls {\U0010ffff")
    assert script is not None
    assert [raw.words for raw in script.commands] == [["écho", "naïve", "\U0001f600"], ["ls", "{\U0010ffff"]]
    assert [(raw.start, raw.end) for raw in script.commands] == [(0, 12), (14, 19)]


def test_importing_compiles_nothing() -> None:
    run = subprocess.run(
        [sys.executable, "-c", _IMPORT], capture_output=True, timeout=60, check=True, text=True
    )
    assert float(run.stdout) < 1.0


def test_nesting_beyond_what_is_read_is_refused() -> None:
    found = detect("$(" * 30 + "echo a" + ")" * 30)
    assert any(match.rule == "shell.unreadable" for match in found.matches)


_READ = """
import sys
from policy.detectors.shell.detector import read
from policy.detectors.shell.syntax import parse
for text in sys.stdin.buffer.read().decode("utf-8", "surrogatepass").split("\\x01"):
    parse(text)
    read(text)
"""
_IMPORT = """
import time
started = time.process_time()
import policy.detectors.shell.detector
print(time.process_time() - started)
"""
_STRESS = """
import random, threading, time
from policy.detectors.shell.syntax import parse

PARTS = ["<<", "<<-E\\n", "E\\n", "$(", "`", "(", ")", "{", "}", "'", '"', "\\\\", "\\n", ";", "|", "&", "${", "((",
         "[[", "]]", "<(", ">", "<", "if ", "then ", "fi\\n", "for ", "in ", "do ", "done\\n", "case ", "esac",
         "#", "\\0", "a=b", " ", "\\t", "$", "!", "x() {", "$'", "*", "?(", "[", "]", "0", "1", "<<<", "2>&1",
         "a", "{1..", "\\ud800"]
failed = []

def run(seed, until):
    source = random.Random(seed)
    try:
        while time.monotonic() < until:
            text = "".join(source.choice(PARTS) for _ in range(source.randrange(1, 60)))
            text += chr(source.randrange(0x110000)) + text[:20]
            parse((text * source.choice([1, 1, 1, 9]))[:4096])
    except BaseException as error:
        failed.append(error)

until = time.monotonic() + 4
threads = [threading.Thread(target=run, args=(seed, until)) for seed in range(4)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
raise SystemExit(1 if failed else 0)
"""
