"""Sensitive files are known by their names in every spelling; what a project is made of is nobody's business."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.catalog import RULES
from policy.detectors.files.detector import detect
from policy.detectors.files.words import REASONS

SENSITIVE = [
    ("environment file", ".env", "dotenv", 94),
    ("environment file of a stage", "apps/web/.env.production.local", "dotenv", 94),
    ("environment file with a name", "deploy/prod.env", "dotenv", 94),
    ("environment file in capitals", "C:\\app\\.ENV", "dotenv", 94),
    ("backup of one", ".env.bak", "dotenv", 94),
    ("key of ssh", "/home/u/.ssh/id_ed25519", "private-key", 98),
    ("key under another name", "~/work/github_rsa", "private-key", 98),
    ("key of a server", "/etc/ssl/private/site.key", "private-key", 98),
    ("key pair of a cloud", "my-ec2.pem", "private-key", 98),
    ("key beside its certificate", "certificates/ca-key.pem", "private-key", 98),
    ("store of keys", "release.keystore", "private-key", 98),
    ("key of a phone's app", "AuthKey_ABC123.p8", "private-key", 98),
    ("files of the gateway", "~/.aegis/ca.key", "gateway", 99),
    ("files of the proxy", "/home/u/.mitmproxy/mitmproxy-ca.pem", "gateway", 99),
    ("password hashes", "/etc/shadow", "system-accounts", 96),
    ("password hashes of Windows", "C:\\Windows\\System32\\config\\SAM", "system-accounts", 96),
    ("password hashes of a domain", "C:/Windows/NTDS/ntds.dit", "system-accounts", 96),
    ("tickets of Kerberos", "/run/krb5cc_1000", "system-accounts", 95),
    ("accounts", "/etc/passwd", "passwd", 80),
    ("accounts of a service", "/usr/local/pgsql/data/passwd", "passwd", 80),
    ("cloud", "/home/u/.aws/credentials", "cloud-credentials", 95),
    ("cloud on Windows", "%USERPROFILE%\\.aws\\credentials", "cloud-credentials", 95),
    ("cluster", "~/.kube/config", "cloud-credentials", 95),
    ("state with secrets in it", "infra/terraform.tfstate", "cloud-credentials", 95),
    ("token of a pod", "/var/run/secrets/kubernetes.io/serviceaccount/token", "service-token", 95),
    ("mounted secret", "/run/secrets/db_password", "service-token", 95),
    ("password manager", "backup/Passwords.kdbx", "password-store", 95),
    (
        "browser",
        "~/Library/Application Support/Google/Chrome/Default/Login Data",
        "password-store",
        95,
    ),
    ("wallet", "~/.bitcoin/wallet.dat", "password-store", 95),
    ("logins", "~/.netrc", "credentials", 92),
    ("tokens of git", "~/.git-credentials", "credentials", 92),
    ("registry of images", "~/.docker/config.json", "credentials", 92),
    ("registry of packages", "~/.npmrc", "credentials", 75),
    ("socket of the host", "/var/run/docker.sock", "host-socket", 90),
    ("an agent's login", "~/.claude/.credentials.json", "agent-config", 92),
    ("another agent's login", "~/.codex/auth.json", "agent-config", 92),
    ("servers an agent trusts", "~/.cursor/mcp.json", "agent-config", 85),
    ("environment of a process", "/proc/1/environ", "process-memory", 85),
    ("the same by thread", "/proc/self/task/7/environ", "process-memory", 85),
    ("memory", "/dev/mem", "process-memory", 88),
    ("disk", "/dev/nvme0n1", "process-memory", 88),
    ("settings of a site", "/var/www/html/wp-config.php", "app-secrets", 80),
    ("settings of a production stage", "appsettings.Production.json", "app-secrets", 80),
    ("settings where a server runs", "/var/www/html/config.php", "app-secrets", 72),
    ("history", "~/.zsh_history", "history", 75),
    ("history of a program nobody knows", "~/.frob_history", "history", 75),
    ("mail", "/var/mail/root", "private-mail", 76),
    ("scheduled task", "/var/spool/cron/crontabs/root", "startup", 74),
    ("who may log in", "~/.ssh/authorized_keys", "ssh", 74),
    ("access log", "/var/log/nginx/access.log", "access-log", 71),
    ("access log that was rotated", "C:\\xampp\\apache\\logs\\access_log.1", "access-log", 71),
    ("state of a process", "/proc/self/stat", "process", 72),
]

ORDINARY = [
    ("template", ".env.example"),
    ("template in a folder", "config/.env.sample"),
    ("source about environments", "src/environments/environment.prod.ts"),
    ("types of an environment", "env.d.ts"),
    ("document about passwords", "docs/password.md"),
    ("document named like a key", "id_rsa.md"),
    ("public key", "tests/fixtures/id_rsa.pub"),
    ("public key with a key's ending", "public.key"),
    ("certificates", "/etc/ssl/certs/ca-certificates.crt"),
    ("chain of certificates", "ssl/fullchain.pem"),
    ("slides", "talks/keynote.key"),
    ("translation", "locales/de/credentials.json"),
    ("key of a test", "test/certs/server.key"),
    ("store of a test", "src/test/resources/keystore.jks"),
    ("variables of an example", "examples/basic/terraform.tfvars"),
    ("design tokens", "tokens.json"),
    ("code about secrets", "src/secrets/manager.py"),
    ("code about the shadow DOM", "src/shadow-dom.js"),
    ("history of a widget", "src/history/index.ts"),
    ("settings of an editor", ".vscode/settings.json"),
    ("commands for an agent", ".claude/commands/review.md"),
    ("state of git", ".git/HEAD"),
    ("program called passwd", "/usr/bin/passwd"),
    ("log of an app", "/var/log/app/app.log"),
    ("log of a project", "/workspace/logs/access.log"),
    ("processor", "/proc/cpuinfo"),
    ("nothing", "/dev/null"),
    ("program on Windows", "C:\\Windows\\System32\\cmd.exe"),
    ("sibling", "../shared/util.ts"),
    ("grand parent", "../../package.json"),
    ("deep import", "../../../../src/app/shared/util.service.ts"),
    ("three up", "../../.."),
    ("up and down", "build/../dist/app.js"),
    ("Go's all below", "./..."),
    ("Bazel's all below", "//foo/bar/..."),
    ("ellipsis", "src/.../Foo.java"),
    ("dots in a name", "a...b.txt"),
    ("blank, encoded", "docs/My%20File%20(1).pdf"),
    ("letters of a language, encoded", "/wiki/%E6%97%A5%E6%9C%AC"),
    ("route with brackets", "pages/[[...slug]].tsx"),
    ("route with a variable", "routes/$id.tsx"),
    ("pattern", "src/**/*.json"),
    ("home of a project", "~/projects/app/main.go"),
    ("home of an administrator", "/root/project/main.py"),
    ("Linux on Windows", "\\\\wsl$\\Ubuntu\\home\\dev\\app"),
    ("URL of an ordinary file", "file:///workspace/a.txt"),
]

TRAVERSAL = [
    ("plain", "../../../../etc/hosts"),
    ("towards Windows", "..\\..\\..\\..\\windows\\win.ini"),
    ("above the root", "/../x"),
    ("above the root, from below", "/workspace/../../x"),
    ("above a drive", "C:\\work\\..\\..\\x"),
    ("deep", "../../../../../../x"),
    ("out of a home", "~/../bob/notes.txt"),
    ("in a query", "index.php?page=../../../../etc/hosts"),
    ("in a URL", "https://example.com/%2e%2e/%2e%2e/etc/hosts"),
    ("encoded slash", "..%2fx"),
    ("encoded dots", "%2e%2e/x"),
    ("encoded twice", "..%252fx"),
    ("encoded four times", "..%2525252fx"),
    ("nested digits", "..%%32%66x"),
    ("overlong", "..%c0%afx"),
    ("overlong, three bytes", "%e0%80%ae%e0%80%ae/x"),
    ("overlong, broken", "%c0%2e%c0%2e/x"),
    ("digits that are none", "..%c1%8s..%c1%8sx"),
    ("wide letters", "\uff0e\uff0e\uff0fx"),
    ("wide letters, encoded", "..%ef%bc%8fx"),
    ("two-dot leader", "\u2025/x"),
    ("division slash", "..\u2215x"),
    ("division slash for IIS", "..%u2215x"),
    ("entities", "&#46;&#46;&#47;x"),
    ("named entities", "..&sol;x"),
    ("escapes", "\\u002e\\u002e/x"),
    ("numbers", "0x2e0x2e0x2fx"),
    ("lost percent signs", "..2f..2fetc2fhosts"),
    ("stripped once", "....//x"),
    ("stripped once, Windows", "....\\\\x"),
    ("dots of old Windows", "..../x/.../y"),
    ("path parameter", "/a/..;/b"),
    ("both slashes", "..\\/..\\/x"),
    ("many slashes", "..///x"),
    ("interleaved", "./.././/../x"),
    ("idle segments", "./././././././././x"),
    ("a name too long", "A" * 300 + "/../x"),
    ("control character", "..%01/x"),
    ("invisible character", ".\u200b./x"),
    ("question marks", "??/??/x"),
]

BYPASSES = [
    ("trailing dot", "/etc/shadow.", "system-accounts"),
    ("trailing blank", "/etc/shadow ", "system-accounts"),
    ("trailing slash", "/etc/shadow/", "system-accounts"),
    ("double slash", "//etc//shadow", "system-accounts"),
    ("dot segment", "/etc/./shadow", "system-accounts"),
    ("detour", "/usr/../etc/shadow", "system-accounts"),
    ("link to the root", "/proc/self/root/etc/shadow", "system-accounts"),
    ("link to the root of a process", "/proc/1/task/1/root/etc/shadow", "system-accounts"),
    ("data stream", "id_rsa::$DATA", "private-key"),
    ("editor's backup", "id_rsa~", "private-key"),
    ("device form", "\\\\?\\C:\\Windows\\System32\\config\\SAM", "system-accounts"),
    ("administrative share", "\\\\localhost\\c$\\Users\\bob\\.ssh\\id_rsa", "private-key"),
    ("NUL", "/etc/passwd\0.png", "passwd"),
    ("encoded NUL", "/etc/passwd%00.png", "passwd"),
    ("encoded letters", "/etc/%73hadow", "system-accounts"),
    ("encoded letters, twice", "/etc/%2573hadow", "system-accounts"),
    ("escaped letters", "/etc/sh\\adow", "system-accounts"),
    ("wide letters", "/etc/\uff53hadow", "system-accounts"),
    ("invisible letters", "/etc/sha\u00addow", "system-accounts"),
    ("wildcard", "/etc/sh?dow", "system-accounts"),
    ("wildcard at the end", "~/.ssh/id_*", "private-key"),
    ("class", "/etc/[s]hadow", "system-accounts"),
    ("braces", "/etc/{passwd,shadow}", "system-accounts"),
    ("quotes", "'/etc/shadow'", "system-accounts"),
    ("variable", "${HOME}/.ssh/id_rsa", "private-key"),
    ("variable of PowerShell", "$env:USERPROFILE\\.ssh\\id_rsa", "private-key"),
    ("another's home", "~root/.ssh/id_rsa", "private-key"),
    ("URL", "file:///etc/shadow", "system-accounts"),
    ("URL with a host", "file://localhost/etc/shadow", "system-accounts"),
    ("URL with a slash too few", "file://etc/shadow", "system-accounts"),
    ("URL in capitals", "FILE:/etc/shadow", "system-accounts"),
    ("URL of a drive", "file:///C:/Windows/win.ini", "probe"),
    ("stream filter", "php://filter/convert.base64-encode/resource=/etc/shadow", "system-accounts"),
    ("archive", "jar:file:///app.jar!/.env", "dotenv"),
    ("word of a command", "cat /etc/shadow", "system-accounts"),
    ("parameter", "file=/etc/shadow", "system-accounts"),
    ("fixture that is none", "tests/fixtures/../../.env", "dotenv"),
    ("endless prefix", "/" + "a/../" * 20_000 + "etc/shadow", "system-accounts"),
]

HOSTILE = [
    "a" * 100_000,
    "/" * 100_000,
    "../" * 33_333,
    "%25" * 33_333,
    "%c0%ae" * 16_666,
    "\\" * 100_000,
    "." * 100_000,
    "..../" * 20_000,
    "/proc/self/root" * 6_666,
    "&#46;" * 20_000,
    "/..;a" * 20_000,
    "{," * 50_000,
    "/*" * 50_000,
    "?" * 100_000,
    "a " * 50_000,
    "0x2e" * 25_000,
    "..2f" * 25_000,
    "php://filter/resource=" * 4_500,
    "\uff0e\uff0e\uff0f" * 33_333,
    "\ud800" * 100_000,
    "\0" * 100_000,
    ".ssh/" * 20_000,
    "%u2215" * 16_666,
    "%" + "25" * 50_000,
    "/e*c/p*" * 14_285,
    "[" * 100_000,
    "\u0301\u0316" * 50_000,
]


def blocking(path: str) -> dict[str, int]:
    return {
        match.rule.removeprefix("filesystem."): match.severity
        for match in detect(path).matches
        if match.severity >= 70
    }


@pytest.mark.parametrize(("name", "path", "rule", "severity"), SENSITIVE, ids=[row[0] for row in SENSITIVE])
def test_a_sensitive_file_is_known_by_its_name(name: str, path: str, rule: str, severity: int) -> None:
    assert blocking(path) == {rule: severity}, name
    assert detect(path).score >= 0.7


@pytest.mark.parametrize(("name", "path"), ORDINARY, ids=[row[0] for row in ORDINARY])
def test_an_ordinary_path_passes(name: str, path: str) -> None:
    assert not blocking(path), name
    assert detect(path).score < 0.7


@pytest.mark.parametrize(("name", "path"), TRAVERSAL, ids=[row[0] for row in TRAVERSAL])
def test_a_traversal_is_seen_in_every_disguise(name: str, path: str) -> None:
    assert {"traversal", "disguised-traversal"} & blocking(path).keys(), name


@pytest.mark.parametrize(("name", "path", "rule"), BYPASSES, ids=[row[0] for row in BYPASSES])
def test_a_disguised_file_is_still_that_file(name: str, path: str, rule: str) -> None:
    assert rule in blocking(path), name


@pytest.mark.parametrize(
    "path",
    ["php://input", "expect://id", "phar://x.jpg/a.php", "data://text/plain;base64,PD8=", "zip://a.zip%23b"],
)
def test_a_stream_wrapper_is_no_path(path: str) -> None:
    assert "wrapper" in blocking(path)


@pytest.mark.parametrize(
    "path", ["\\\\10.1.2.3\\pub\\x", "\\\\srv\\admin$\\x", "\\\\?\\UNC\\10.1.2.3\\pub\\x"]
)
def test_a_share_of_another_machine_is_refused(path: str) -> None:
    assert "remote" in blocking(path) or "system-accounts" in blocking(path)


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("/etc/hosts", 45),
        ("httpd.conf", 45),
        ("settings.py", 45),
        ("tests/fixtures/.env", 55),
        ("/etc/fstab", 45),
    ],
)
def test_what_is_only_worth_a_note_is_noted(path: str, severity: int) -> None:
    assert [match.severity for match in detect(path).matches] == [severity]


def test_every_rule_has_a_row_and_a_sentence() -> None:
    assert {f"filesystem.{rule}" for rule in REASONS} <= RULES.keys()
    for _, path, rule, _ in SENSITIVE:
        (match,) = (one for one in detect(path).matches if one.rule == f"filesystem.{rule}")
        assert match.reason == REASONS[rule]
        assert (match.start, match.end) == (0, len(path))


def test_evidence_does_not_repeat_a_secret() -> None:
    token = "ghp_" + "a1" * 18
    (match,) = detect(f"/x/{token}/.env").matches
    assert token not in match.evidence


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_input_is_judged_in_linear_time(text: str) -> None:
    started = time.perf_counter()
    detect(text)
    assert time.perf_counter() - started < 0.5


@given(st.text(max_size=200))
def test_any_text_can_be_judged(text: str) -> None:
    found = detect(text)
    assert 0 <= found.score <= 1
    assert (found.score >= 0.7) == any(match.severity >= 70 for match in found.matches)
    for match in found.matches:
        assert match.evidence.isascii()
        assert match.rule in RULES


@given(st.text(alphabet="./\\%2efc0a5;:~$*?[]{}, \0\u2025\uff0e\u200b", max_size=60))
def test_any_mixture_of_separators_can_be_judged(text: str) -> None:
    assert 0 <= detect(text).score <= 1


@given(st.lists(st.sampled_from(["src", "lib", "a", "docs", "b.py", "index.ts", ".."]), max_size=5))
def test_detours_do_not_hide_a_key(detour: list[str]) -> None:
    down = [part for part in detour if part != ".."]
    path = "/".join(["/home/u", *down, *[".."] * len(down), ".ssh", "id_rsa"])
    assert blocking(path)["private-key"] == 98
