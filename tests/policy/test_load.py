"""A policy file loads completely, or every reason why not is told with file and line."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.errors import PolicyError, PolicyInvalidError, PolicySyntaxError, PolicyUnreadableError
from policy.load import load_policy, parse_policy

DEVELOPMENT = """allowedDomains:
- api.openai.com
- api.anthropic.com
- api.github.com
- localhost
allowedMethods:
- GET
- POST
- PUT
- DELETE
rateLimits:
  requestsPerMinute: 300
promptIntegrity:
  enabled: false
"""

FINANCIAL = r"""allowedDomains:
- api.openai.com
- api.stripe.com
- api.plaid.com
piiDataGuard:
  enabled: true
  detectPatterns:
  - ssn: '\b\d{3}-\d{2}-\d{4}\b'
  - creditCard: '\b\d{4}[\s-]\d{4}[\s-]\d{4}[\s-]\d{4}\b'
  action: BLOCK_AND_REDACT
rateLimits:
  requestsPerMinute: 30
"""

STRICT = """allowedDomains:
- api.openai.com
allowedMethods:
- POST
blockedPaths:
- /
rateLimits:
  requestsPerMinute: 10
filesystem:
  sandboxRoot: ./workspace
  denyPatterns: ["**/*"] # deny everything except sandbox
promptIntegrity:
  enabled: true
  blockJailbreaks: true
"""

EVERYTHING = """mode: monitor
allowedDomains: [api.example.com, '*.example.org', localhost, 8.8.8.8]
blockedDomains: [bad.example.org]
allowedMethods: [get, POST]
blockedPaths: [/, /admin/**, '**/*.env']
rateLimits: {requestsPerMinute: 60, perHost: 30, perTool: 5, bytesPerMinute: 1_000_000}
network:
  allowedPorts: [443, 8443]
  blockedSubnets: [8.8.0.0/16, '2001:4860::/32']
  allowSubnets: {db.example.com: [10.1.0.0/16]}
limits: {maxRequestBodyBytes: 1, maxHeaderBytes: 3}
filesystem: {sandboxRoot: ./w, denyPatterns: ['**/.ssh/**']}
tools:
  allow: ['files/*']
  deny: ['files/delete']
  when: [{tool: 'mail/send', argument: to, matches: '*@example.com', action: allow}]
  hold: ['pay/*']
shell: {deny: ['rm *']}
sql: {enabled: false, hold: [DELETE]}
promptIntegrity: {enabled: true, blockJailbreaks: false, threshold: 80}
piiDataGuard: {detectPatterns: [email, {badge: 'B-\\d+'}], action: REDACT, directions: [response]}
secretsGuard: {allow: ['sha256:0123456789abcdef']}
threatScoring: {blockAt: 60, holdAt: 40, weights: {egress: 1.5, pii: 1}}
services:
- {name: openai, hosts: [api.openai.com], credentials: [{key: openai-key, placement: 'header:x-api-key'}]}
agents:
- name: crew
  match: {proxyUser: crew, sourceAddresses: [10.9.0.0/24]}
  policy: {mode: enforce, rateLimits: {perHost: 3}, network: {allowedPorts: [80]}, blockedPaths: []}
rules:
- {name: no deletes, filter: '~d example.com & ~m DELETE', action: hold, severity: 50, reason: ask first}
sinks:
- {name: siem, type: syslog, target: 'udp://logs.example.com:514'}
"""


@pytest.mark.parametrize("text", [DEVELOPMENT, FINANCIAL, STRICT, EVERYTHING], ids="dfse")
def test_whole_policies_load_with_the_digest_of_their_bytes(text: str, tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_text(text, encoding="utf-8")
    policy = load_policy(file)
    assert policy.digest == "sha256:" + hashlib.sha256(text.encode()).hexdigest()
    assert policy.source == "policy.yaml"
    assert policy == parse_policy(text, "policy.yaml")


def test_a_byte_order_mark_and_line_ends_of_windows_are_read(tmp_path: Path) -> None:
    file = tmp_path / "policy.yaml"
    file.write_bytes(b"\xef\xbb\xbf" + STRICT.replace("\n", "\r\n").encode())
    assert load_policy(file).base.rates.requests_per_minute == 10


WRONG = [
    ("alowedDomains: []", "policy.yaml:1:1: unknown key 'alowedDomains'; did you mean 'allowedDomains'?"),
    ("a: 1", "policy.yaml:1:1: unknown key 'a'; known keys: mode"),
    ("mode: enforce\nnetwork:\n  allowed_ports: [1]",
     "policy.yaml:3:3: unknown key 'allowed_ports'; did you mean 'allowedPorts'?"),
    ("rateLimits: {requestPerMinute: 3}", "1:14: unknown key 'requestPerMinute'; did you mean 'requestsPerMinute'?"),
    ("agents:\n- name: a\n  match: {proxyUser: a}\n  policy: {blockedPath: [/]}",
     "4:12: unknown key 'blockedPath'; did you mean 'blockedPaths'?"),
    ("services:\n- {name: a, hosts: [a.com], credentials: [{key: k, value: hunter2}]}",
     "2:52: unknown key 'value'; known keys: key, placement"),
    ("mode: off", "1:7: mode: input should be 'enforce' or 'monitor'"),
    ("mode: Enforce", "1:7: mode: "),
    ("mode:", "1:6: mode: "),
    ("allowedDomains: api.example.com", "1:17: allowedDomains: expected a list"),
    ("allowedDomains:", "allowedDomains: expected a list"),
    ("allowedDomains: {a: b}", "allowedDomains: expected a list"),
    ("allowedDomains:\n- a.com\n- '*foo.com'", "3:3: allowedDomains[1]: *foo.com is no pattern: write *.example.com"),
    ("allowedDomains: ['a.*.com']", "is no pattern"),
    ("allowedDomains: ['**']", "is no pattern"),
    ("allowedDomains: ['*.']", "is not a host name"),
    ("allowedDomains: ['']", "is not a host name"),
    ("allowedDomains: ['https://a.com']", "has a scheme"),
    ("allowedDomains: ['a.com:443']", "has a port"),
    ("allowedDomains: ['a.com/x']", "has a path"),
    ("allowedDomains: [10.0.0.0/8]", "has a path or a mask"),
    ("allowedDomains: ['*.1.2.3.4']", "an address has no names below it"),
    ("allowedDomains: ['0x7f.1']", "unusual spelling"),
    ("allowedDomains: ['2130706433']", "unusual spelling"),
    ("allowedDomains: ['fe80::1%eth0']", "unusual spelling"),
    ("allowedDomains: ['1.2.3.4.5']", "ends in a number"),
    ("allowedDomains: ['a b']", "is not a host name"),
    ("allowedDomains: [1.5]", "expected text"),
    ("allowedDomains: [true]", "expected text"),
    ("allowedDomains: [[a.com]]", "expected text"),
    ("blockedDomains: ['user:hunter2@a.com']", "***@"),
    ("allowedMethods: []", "expected at least one entry"),
    ("allowedMethods: ['GET POST']", "is not an HTTP method"),
    ("blockedPaths: [admin]", "does not start with / or **"),
    ("blockedPaths: ['/a**']", "stands for whole segments"),
    ("blockedPaths: ['/[ab]']", "only *, ** and ? are wildcards"),
    ("blockedPaths: ['/a/../b']", "dot segments"),
    ("blockedPaths: ['']", "expected a glob"),
    ("rateLimits: {requestsPerMinute: 0}", "greater than or equal to 1"),
    ("rateLimits: {requestsPerMinute: '30'}", "expected a whole number"),
    ("rateLimits: {requestsPerMinute: 1.5}", "expected a whole number"),
    ("rateLimits: {requestsPerMinute: true}", "expected a whole number"),
    ("rateLimits: {requestsPerMinute: 010}", "not written in decimal"),
    ("rateLimits: {requestsPerMinute: 0x10}", "not written in decimal"),
    ("rateLimits: {requestsPerMinute: 1:30}", "not written in decimal"),
    ("rateLimits: 30", "rateLimits: expected keys with values"),
    ("network: {allowedPorts: [0]}", "network.allowedPorts[0]: input should be greater"),
    ("network: {allowedPorts: [65536]}", "less than or equal to 65535"),
    ("network: {blockedSubnets: [10.0.0.1/8]}", "has host bits set: write 10.0.0.0/8"),
    ("network: {blockedSubnets: [10/8]}", "is not a subnet"),
    ("network: {blockedSubnets: ['fe80::%eth0/64']}", "zone id"),
    ("network: {allowSubnets: {10.0.0.1: [10.0.0.0/8]}}", "by host name only"),
    ("network: {allowSubnets: {'*': [10.0.0.0/8]}}", "by host name only"),
    ("network: {allowSubnets: {a.com: [169.254.0.0/16]}}", "no policy admits such addresses"),
    ("network: {allowSubnets: {a.com: [169.254.169.254]}}", "no policy admits such addresses"),
    ("network: {allowSubnets: {a.com: ['fe80::/10']}}", "no policy admits such addresses"),
    ("piiDataGuard: {detectPatterns: [{a: '('}]}", "does not compile at character 1"),
    ("piiDataGuard: {detectPatterns: [{a: x, b: y}]}", "one name and one regular expression"),
    ("piiDataGuard: {action: block}", "piiDataGuard.action: input should be 'ALERT'"),
    ("secretsGuard: {allow: [hunter2]}", "expected a fingerprint"),
    ("threatScoring: {blockAt: 101}", "less than or equal to 100"),
    ("threatScoring: {blockAt: 50, holdAt: 60}", "holdAt has to be lower than blockAt"),
    ("threatScoring: {weights: {egres: 1}}", "unknown categories"),
    ("threatScoring: {weights: {egress: .nan}}", "not written in decimal"),
    ("threatScoring: {weights: {egress: 3}}", "less than or equal to 2"),
    ("rules: [{name: a, filter: '~a', severity: 3}]", "a rule that blocks has a severity of 70 or more"),
    ("rules: [{filter: '~a'}]", "rules[0]: the key 'name' is missing"),
    ("rules: [{name: a, filter: '~a', action: allow}]", "input should be 'score', 'hold' or 'block'"),
    ("agents: [{name: a, match: {}}]", "match needs proxyUser or sourceAddresses"),
    ("agents: [{name: a, match: {proxyUser: a}}, {name: a, match: {proxyUser: b}}]", "same name"),
    ("agents: [{name: a, match: {proxyUser: a}}, {name: b, match: {proxyUser: a}}]", "same proxyUser"),
    ("services: [{name: a, hosts: []}]", "expected at least one entry"),
    ("services: [{name: a, hosts: [a.com], credentials: [{key: k, placement: cookie}]}]", "expected bearer"),
    ("", "the file is empty"),
    ("# nothing\n", "the file is empty"),
    ("---\n", "the file is empty"),
    ("- a", "expected keys with values at the top level"),
    ("text", "expected keys with values at the top level"),
    ("mode: enforce\nmode: monitor", "policy.yaml:2:1: key 'mode' stands twice; first on line 1"),
    ("network: {allowedPorts: [1], allowedPorts: [2]}", "key 'allowedPorts' stands twice"),
    ("mode: enforce\n---\nmode: monitor", "second YAML document"),
    ("a: b: c", "policy.yaml:1:5: not valid YAML"),
    ("a: [1", "not valid YAML"),
    ("a: 'x", "not valid YAML"),
    ("\ta: 1", "not valid YAML"),
    ("a: *b", "not defined before it"),
    ("a: &a [*a]", "not defined before it"),
    ("<<: {mode: enforce}", "merge keys are not read"),
    ("? [a]\n: b", "a key has to be plain text"),
    ("mode: !!python/object/apply:os.system [id]", "the tag"),
    ("allowedDomains: !!set {a.com}", "the tag"),
    ("promptIntegrity: {enabled: !!bool maybe}", "the tag"),
    ("mode: \x07", "characters that YAML forbids"),
    ("a: " * 1 + "[" * 5000, "nested deeper"),
    ("a: " + "{a: " * 5000, "nested deeper"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "message"), WRONG)
def test_what_is_wrong_is_said_where_it_stands(text: str, message: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(text, "policy.yaml")
    assert message in str(caught.value)
    assert str(caught.value).startswith("policy.yaml:")
    assert caught.value.hint()
    assert "\x07" not in str(caught.value)
    assert "hunter2" not in str(caught.value)


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    with pytest.raises(PolicyInvalidError) as caught:
        parse_policy("mod: x\nnetwork: {allowedPorts: [0]}\nallowedMethods: []\n", "policy.yaml")
    assert [problem.line for problem in caught.value.problems] == [1, 2, 3]
    assert [problem.key for problem in caught.value.problems] == [
        "mod",
        "network.allowedPorts[0]",
        "allowedMethods",
    ]
    assert (caught.value.line, caught.value.column, caught.value.key) == (1, 1, "mod")
    assert caught.value.message == "unknown key 'mod'"
    assert caught.value.hint() == "did you mean 'mode'?"


SECRETS = [
    "sk-proj-abcdefgh1234567890abcdefgh",
    "ghp_0123456789abcdefghij0123456789abcdef",
    "AKIAIOSFODNN7EXAMPLE",
    "9f86d081884c7d659a2feaa0c55ad015",
]


@pytest.mark.parametrize("secret", SECRETS)
@pytest.mark.parametrize(
    "form",
    ["{}: 1", "allowedDomains: ['{}!']", "mode: {}", "blockedPaths: [{}]", "secretsGuard: {{allow: [{}]}}",
     "services: [{{name: a, hosts: [a.com], credentials: [{{key: k, placement: {}}}]}}]",
     "network: {{blockedSubnets: [{}]}}", "allowedMethods: ['{} x']", "mode: !{} x", "{0}: 1\n{0}: 2",
     "piiDataGuard: {{detectPatterns: [{{a: '({}'}}]}}", "network: {{allowSubnets: {{'{}!': []}}}}"],
)  # fmt: skip
def test_messages_do_not_repeat_secrets(form: str, secret: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parse_policy(form.format(secret), "policy.yaml")
    assert secret not in str(caught.value)
    assert secret[6:] not in str(caught.value)


def test_alias_bombs_are_refused_and_modest_aliases_read() -> None:
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{name}: &{name} [{','.join(['*' + before] * 9)}]\n"
        for before, name in zip("abcdefgh", "bcdefghi", strict=True)
    )
    with pytest.raises(PolicySyntaxError, match="aliases counted"):
        parse_policy(bomb, "policy.yaml")
    shared = "allowedDomains: &hosts [a.com]\nblockedDomains: *hosts\n"
    assert set(parse_policy(shared, "p").base.destination.blocked.exact) == {"a.com"}


def test_unreadable_files_are_errors_of_the_ladder(tmp_path: Path) -> None:
    with pytest.raises(PolicyUnreadableError, match="does not exist"):
        load_policy(tmp_path / "none.yaml")
    with pytest.raises(PolicyUnreadableError, match="not a regular file"):
        load_policy(tmp_path)
    with pytest.raises(PolicyUnreadableError, match=r"regular file|malformed"):
        load_policy(Path("a\x00b"))
    binary = tmp_path / "binary.yaml"
    binary.write_bytes(b"mode: enforce\n# \xff\xfe\n")
    with pytest.raises(PolicyUnreadableError, match="not UTF-8") as caught:
        load_policy(binary)
    assert caught.value.line == 2
    binary.write_bytes(b"#" * ((1 << 20) + 1))
    with pytest.raises(PolicyUnreadableError, match="larger than"):
        load_policy(binary)
    with pytest.raises(PolicyUnreadableError, match="UTF-8"):
        parse_policy("mode: \ud800", "policy.yaml")


def _ends_well(text: str) -> None:
    problem = None
    try:
        parse_policy(text, "policy.yaml")
    except PolicyError as error:
        problem = error
    if problem is not None:
        assert str(problem).startswith("policy.yaml:")
        assert problem.hint()


@given(st.text(max_size=200))
def test_any_text_is_a_policy_or_a_policy_error(text: str) -> None:
    _ends_well(text)


tokens = st.sampled_from(
    [*"[]{}:,-&*!|>'\"%@`#?\n \t", "\n  ", ": ", "- ", "&a ", "*a", "<<: ", "mode", "allowedDomains", "network",
     "rules", "agents", "policy", "match", "weights", "threatScoring", "detectPatterns", "piiDataGuard", "1e999",
     "-0", ".inf",
     "null", "~", "yes", "2020-01-01", "0b1", "!!int ", "!!str ", "!x ", "---\n", "...\n", "allowSubnets", "9" * 30]
)  # fmt: skip


@given(st.lists(tokens, max_size=40))
def test_any_tokens_are_a_policy_or_a_policy_error(parts: list[str]) -> None:
    _ends_well("".join(parts))


@given(st.data())
def test_any_damage_to_a_real_policy_is_a_policy_or_a_policy_error(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(EVERYTHING)))
    length = data.draw(st.integers(0, 30))
    _ends_well(EVERYTHING[:start] + data.draw(st.text(max_size=10) | tokens) + EVERYTHING[start + length :])


scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text("a*./:~-1 ", max_size=8)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["name", "a", "policy"]), inner, max_size=3)
    ),
    max_leaves=6,
)


TOP_LEVEL = sorted({line.split(":")[0].strip(" -") for line in EVERYTHING.splitlines()})


@given(st.sampled_from(TOP_LEVEL), values)
def test_any_value_under_any_key_is_a_policy_or_a_policy_error(key: str, value: object) -> None:
    _ends_well(f"{key}: {json.dumps(value)}\n")
