"""How an agent might carry a secret past the readers, and that it does not get through."""

from __future__ import annotations

import base64
import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.detectors.secrets.detector import PATTERNS, detect
from policy.text.scanner import MAX_REPORTS, Scanner

SCANNER = Scanner(PATTERNS)
BLOCKED = 70
GITHUB = "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
TOKEN = "n4Xq8vT2kLm9Zp3R" + "wY7sBd5F"
UUID = "7c9e6679-7425-40de" + "-944b-e07fc1f90ae7"
PEM_BODY = "MIIEpAIBAAKCAQEA7bq8XkZ3mQvT9sLwPz5dRnYcFhJgKeBuVxAoNiMtWlE2C4r6"
PEM = f"-----BEGIN PRIVATE KEY-----\n{PEM_BODY}\n-----END PRIVATE KEY-----"
WORDS = "legal winner thank year wave sausage worth useful legal winner thank yellow"
PHRASE = WORDS.split()

BYPASSES = {
    "an escaped line break in front": f"\\n{GITHUB}",
    "a percent escape in front": f"x%3D{GITHUB}",
    "a Unicode escape in front": f"\\u0022{GITHUB}\\u0022",
    "a letter glued in front": f"a{GITHUB}",
    "letters glued behind": f"{GITHUB}zzz",
    "an underscore in front": f"_{GITHUB}",
    "upper-case name": f"MY-API-KEY : {TOKEN}",
    "camel case": f"myVerySpecialClientSecretValue = '{TOKEN}'",
    "an unusual operator": f'secret ::= "{TOKEN}"',
    "entities for quotes": f"password=&quot;{TOKEN}&quot;",
    "a password with a dollar sign": 'password = "p4$sWordx9"',
    "a password with braces": 'password = "m{{h}o)p${e]nob(ody[x"',
    "a key without line breaks": PEM.replace("\n", ""),
    "a key with escaped line breaks": PEM.replace("\n", "\\n"),
    "a key with twice escaped line breaks": PEM.replace("\n", "\\\\n"),
    "a key without its end": PEM.partition("-----END")[0],
    "a key in base64": base64.b64encode(PEM.encode()).decode(),
    "a Kubernetes secret": "apiVersion: v1\nkind: Secret\ndata:\n  a: S2Q5Mm14THE3IQ==\n",
    "a Kubernetes secret, kind behind": 'data:\n  "a": "S2Q5Mm14THE3IQ=="\nkind: "Secret"\n',
    "a Kubernetes secret in JSON": '{"kind":"Secret","stringData":{"a":"Kd92#mxLq7"}}',
    "an array of a fixed size": f'char secret[25] = "{TOKEN}";',
    "a webhook behind a subdomain": "https://x.webhook.office.com/webhookb2/"
    f"{UUID}@{UUID}/IncomingWebhook/9f8d7c6b5a4e3f2a1b0c9d8e7f6a5b4c/{UUID}",
    "an option of a command": "redis-cli -h x -a Kd92mxLq7pp",
    "a scheme of a service": f"Authorization: Splunk {UUID}",
    "a name with words of tables": f"site.data_token={TOKEN}",
    "a phrase on lines": "\n".join(PHRASE),
    "a phrase with commas": ", ".join(PHRASE),
    "a phrase in upper case": " ".join(PHRASE).upper(),
    "a phrase in a list": "[" + ", ".join(f'"{word}"' for word in PHRASE) + "]",
    "a numbered phrase": " ".join(f"{number}. {word}" for number, word in enumerate(PHRASE, 1)),
    "a phrase behind other listed words": "abandon ability able " + " ".join(PHRASE),
    "behind a flood of weak finds": "password=abcde1fgh\n" * 300 + GITHUB,
    "behind a flood of letters and names": "token " * 3000 + f"api_key = '{TOKEN}'" + " token" * 3000,
    "between two floods of services": "mockaroo x1y2z3w4v5u6 " * 900
    + f"api_key={TOKEN} "
    + "mockaroo x1 " * 900,
    "behind a flood of names": "password=" * (2 * MAX_REPORTS) + f"\napi_key = '{TOKEN}'",
    "behind a flood of prefixes": "ghp_aaaaaaaaa " * (MAX_REPORTS + 10) + GITHUB,
    "behind other alphabets": "é漢😀" * 500 + GITHUB,
}


@pytest.mark.parametrize("text", BYPASSES.values(), ids=BYPASSES.keys())
def test_a_bypass_is_closed(text: str) -> None:
    assert max((match.severity for match in detect(SCANNER.scan(text)).matches), default=0) >= BLOCKED


def test_what_cannot_be_read_to_its_end_is_refused() -> None:
    flood = detect(SCANNER.scan("token: abc " * 9000))
    assert [match.rule for match in flood.matches if match.severity >= BLOCKED] == ["secrets.flood"]


def test_a_long_ordinary_text_is_no_flood() -> None:
    tags = '{"Key": "Environment", "Value": "production"},' * 2200
    usage = '{"usage": {"prompt_tokens": 12, "completion_tokens": 345}, "key": "user"},' * 1400
    prose = "The access token is refreshed before the session ends, as the password policy says. " * 1200
    pages = '{"input_token": "NextToken", "output_token": "NextToken", "result_key": "Items"},' * 1300
    files = "anthropic/types/beta/message.py,sha256=9xwNExmONpfVQQ5HRgoBhY8WhLShEXaMq55ZhwscmIc,1201\n" * 6000
    for text in (tags, usage, prose, pages, files):
        assert detect(SCANNER.scan(text)).matches == ()


@pytest.mark.parametrize(
    "unit",
    [
        "a", "A1", "://", "://a:b@", "sk-", "-----BEGIN PRIVATE KEY-----", "eyJhbGciOiJI", "abandon ", "1. abandon ",
        '"kty":"RSA"', "token ", "password: ", "secret_", "curl -u ", "basic YWRtaW4", "mockaroo ", ":AA" + "a" * 33,
        "LS0tLS1CRUdJTi" + "A" * 16, "xprv" + "9" * 20, "&sig=" + "a" * 20, ":5432:a:b:cccc", "\\", "hf_" + "a" * 34,
        "1.a2.b3.c ", "pass ", "key-",
        "kind: secret ", "token: ", "'x' == password ", "nsec1" + "q" * 58, "key=" + "Zk3nPq8vLw2xTt9s" + "\n",
    ],
)  # fmt: skip
def test_a_hostile_text_takes_linear_time(unit: str) -> None:
    text = unit * (100_000 // len(unit))
    detect(SCANNER.scan(unit))
    started = time.process_time()
    found = detect(SCANNER.scan(text))
    assert time.process_time() - started < 1.5
    assert len(found.matches) <= 200


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["password", "token", "=", ":", '"', "'", "://", "@", "eyJ", "-----BEGIN PRIVATE KEY-----", "\n", " ",
             "ghp_", "é", "\ud800", "\\", "{", "}", "<", ">", "AKIA", "curl -u ", "abandon ", TOKEN, "xprv", "&sig=",
             "mockaroo", "identified by ", "basic ", "\x00", "authorization: bearer "]
        ),
        max_size=30,
    ).map("".join)
)  # fmt: skip
def test_no_arrangement_of_parts_raises_or_shows_the_secret(text: str) -> None:
    found = detect(SCANNER.scan(text))
    assert (found.score >= BLOCKED / 100) == any(match.severity >= BLOCKED for match in found.matches)
    for match in found.matches:
        assert 0 <= match.start < match.end <= len(text)
        assert TOKEN not in match.evidence + match.reason
        assert (match.evidence + match.reason).isascii()


def test_matches_stand_in_order_and_do_not_overlap() -> None:
    found = detect(SCANNER.scan(f"a={GITHUB}; api_key='{TOKEN}' https://u:{TOKEN}@h/ {GITHUB}")).matches
    assert len(found) >= 3
    assert all(first.end <= second.start for first, second in pairwise(found))
