"""In which syntax a secret may stand, and what stands there without being one."""

from __future__ import annotations

import pytest

from policy.detectors.secrets.detector import PATTERNS, detect
from policy.rulebook.secrets import ROWS
from policy.text.scanner import Pattern, Scanner

SCANNER = Scanner(PATTERNS)
BLOCKED = 70
RULES = {row[0] for row in ROWS}
TOKEN = "n4Xq8vT2kLm9Zp3R" + "wY7sBd5F"
HEX = "9f8d7c6b5a4e3f2a" + "1b0c9d8e7f6a5b4c"
UUID = "7c9e6679-7425-40de" + "-944b-e07fc1f90ae7"
WORD = "vK9#mQ2" + "xLp7"
KEY = "kZ8vQmX3tR7pL2nW9sYbD4fG6hJ1cE5uA0iO8yTq"

FORMS = (
    ("environment", f"DB_PASSWORD={WORD}", "secrets.password"),
    ("YAML", f'password: "{WORD}"', "secrets.password"),
    ("properties", "spring.datasource.password=Zt7qPw4RkX", "secrets.password"),
    ("XML attribute", '<property name="password" value="kX93jdLQ2m"/>', "secrets.password"),
    ("XML element", f"<secret>{{AQAAABAAA {TOKEN}}}</secret>", "secrets.generic"),
    ("JSON", f'{{"apiKey": "{TOKEN}"}}', "secrets.generic"),
    ("JSON in JSON", f'{{"body": "{{\\"api_key\\": \\"{TOKEN}\\"}}"}}', "secrets.generic"),
    ("name and value", '{"name":"DB_PASSWORD","value":"Kq82#mXz"}', "secrets.password"),
    ("manifest", f'- name: API_TOKEN\n  value: "{TOKEN}"', "secrets.generic"),
    ("connection string", "Server=db1;User Id=sa;Password=Qw8!zRt5;", "secrets.password"),
    ("Java", f'String apiKey = "{HEX}";', "secrets.generic"),
    ("Rust", f'const SECRET: &str = "{HEX}";', "secrets.generic"),
    ("Swift", f'let apiToken: String = "{TOKEN}"', "secrets.generic"),
    ("PHP", "'password' => 'Zx8#kq2L',", "secrets.password"),
    ("Python keyword", f'Client(api_key="{TOKEN}")', "secrets.generic"),
    ("setter", 'set_password("Qm83kdLx!")', "secrets.password"),
    ("index", f'os.environ["API_TOKEN"] = "{TOKEN}"', "secrets.generic"),
    ("comparison", f'if ("{WORD}" == password) {{', "secrets.password"),
    ("Dockerfile", f"ENV SECRET_KEY_BASE {HEX}", "secrets.generic"),
    ("option", f"tool --token {TOKEN}", "secrets.generic"),
    ("option with equals", "--password=hT6$kLq9", "secrets.password"),
    ("header", f"X-Api-Key: {TOKEN}", "secrets.generic"),
    ("bearer", f"Authorization: Bearer {HEX}", "secrets.generic"),
    ("basic", "Authorization: Basic YWRtaW46UzNjdXJlOXg=", "secrets.basic-auth"),
    ("curl", "curl -u admin:Tr0ub4dor3 https://svc/", "secrets.basic-auth"),
    ("mysql", "mysql -u root -pS3cure9x -h db", "secrets.password"),
    ("SQL", "CREATE USER app IDENTIFIED BY 'Lk29sdf8Q';", "secrets.password"),
    ("netrc", f"machine h login me password {UUID}", "secrets.password"),
    ("pgpass", "db.internal:5432:app:svc:Kd93LxQ8", "secrets.password"),
    ("npmrc", f"//r/:_authToken={UUID}", "secrets.generic"),
    ("URL", "https://bot:kX93jdLQ2m@git.internal/x", "secrets.basic-auth"),
    ("database URL", "mongodb+srv://svc:Xp29dkQz@c0.mongodb.net/t", "secrets.database-url"),
    ("query", f"GET /d?api_key={TOKEN} HTTP/1.1", "secrets.generic"),
    ("signed address", f"?sv=2022-11-02&se=2027-01-01&sig={KEY}kZ8%3D", "secrets.signed-url"),
    ("account key", f"AccountName=a;AccountKey={KEY}{KEY}abcdef==;", "secrets.generic"),
    ("registry", '{"auth":"' + "c3ZjOms5M1htUTh2TA==" + '"}', "secrets.generic"),
    ("prose", f"use the api key {TOKEN} please", "secrets.generic"),
    ("sentence", "my password is Vt7xPq2mK!x, keep it", "secrets.password"),
    ("sentence with quotes", 'the password is "Vt7#xPq2mK"', "secrets.password"),
    ("middle of a line", "Login: admin / Password: Vt7xPq2mK", "secrets.password"),
    ("netrc on a line", "machine h login u password Vt7xPq2mK", "secrets.password"),
    ("Dockerfile password", "ENV DB_PASS Vt7xPq2mK", "secrets.password"),
    ("table", "| Password | Vt7xPq2mK |", "secrets.password"),
    ("YAML block", "password: >-\n  Vt7xPq2mK", "secrets.password"),
    ("YAML tag", "password: !plain Vt7xPq2mK", "secrets.password"),
    ("Spanish", "contrase\u00f1a: Vt7xPq2mK", "secrets.password"),
    ("Russian", "\u043f\u0430\u0440\u043e\u043b\u044c: Vt7xPq2mK", "secrets.password"),
    ("Chinese", "\u5bc6\u7801\uff1aVt7xPq2mK", "secrets.password"),
    ("pair", "requests.get(u, auth=('svc', 'Vt7xPq2mK'))", "secrets.basic-auth"),
    ("store", "keytool -storepass Vt7xPq2mK", "secrets.password"),
    ("OpenSSL", "openssl rsa -passin pass:Vt7xPq2mK", "secrets.password"),
    ("service name", f"mockaroo {HEX}", "secrets.nearby"),
    ("service name in a log", f"[DEBUG] Using adzuna KEY={TOKEN.lower()}12345678", "secrets."),
)
"""Name, text, and how the id of the rule that blocks begins."""


@pytest.mark.parametrize(("text", "rule"), [pytest.param(*form[1:], id=form[0]) for form in FORMS])
def test_a_secret_is_found_in_every_syntax(text: str, rule: str) -> None:
    blocking = [match.rule for match in detect(SCANNER.scan(text)).matches if match.severity >= BLOCKED]
    assert blocking
    assert blocking[0].startswith(rule)
    assert set(blocking) <= RULES


PREFIXED = (
    ("gho_" + "16C7e42F292c6912E7710c838347Ae178B4a", "secrets.vcs-token"),
    ("npm_" + "k4Zx8vQmX3tR7pL2nW9sYbD4fG6hJ1cE5uA0", "secrets.vcs-token"),
    ("glpat-" + "k4Zx8vQmX3tR7pL2nW9s", "secrets.vcs-token"),
    ("sk-ant-api03-" + KEY + KEY + "AA", "secrets.llm-key"),
    ("hf_" + "qDtihoGQoLdnTwtEMbUmFjhmhdffqijHxE", "secrets.llm-key"),
    ("sk_live_" + "51Hx8QmZ3tR7pL2nW9sYbD4f", "secrets.payment-key"),
    ("whsec_" + "k4Zx8vQmX3tR7pL2nW9sYbD4fG6hJ1cE", "secrets.payment-key"),
    ("xoxb-" + "263594206564-2343594206574-FGqddMF8t08v8N7Oq4i57vs1", "secrets.chat-token"),
    (
        "https://hooks.slack.com/services/" + "T8J2K9LQW/B7H3X5MNP/kd93XmQ8vL2pR7tZ5nB1wYcS",
        "secrets.chat-token",
    ),
    ("SG." + "ngeVfQFYQlKU0ufo8x5d1A.TwL2iGABf9DHoTf-09kqeF8tAmbihYzrnopKc-1s5cr", "secrets.chat-token"),
    ("110201543" + ":AAHdqTcvCH1vGWJxfSe1ofSAs0K5PALDsaw", "secrets.chat-token"),
    ("a2937653ed38c31a" + "43ea46e2b19257db-us2", "secrets.chat-token"),
    ("AIza" + "SyD3kZ8vQmX3tR7pL2nW9sYbD4fG6hJ1cE5", "secrets.cloud-key"),
    ("hvs." + "CAESIJk4Zx8vQmX3tR7pL2nW9sYbD4f", "secrets.cloud-key"),
    ("dop_v1_" + HEX + HEX, "secrets.cloud-key"),
    ("QtT8Q~" + "9C-_Ij~RouHVpD2Tuf3oHWGh.DQ3kcjbAn", "secrets.cloud-key"),
    ("shpat_" + HEX, "secrets.payment-key"),
    ("ntn_" + "12345678901k4Zx8vQmX3tR7pL2nW9sYbD4fG6hJ1cE5uA", "secrets.service-token"),
    ("eyJhbGciOiJIUzI1NiJ9." + "eyJ1aWQiOjQyLCJleHAiOjE5MDB9.k8vQmX3tR7pL2nW9sYbD4fG6hJ1c", "secrets.jwt"),
    ("legal winner thank year wave sausage worth useful legal winner thank yellow", "secrets.seed-phrase"),
    ("5HueCGU8rMjxEXxiPuD5BDku4MkFqeZyd4dZ1jvhTVqvbTLvyTJ", ""),
)


@pytest.mark.parametrize(("value", "rule"), PREFIXED)
def test_the_span_of_a_documented_format_is_exactly_the_value(value: str, rule: str) -> None:
    text = f"wir schützen: {value} !"
    matches = [match for match in detect(SCANNER.scan(text)).matches if match.severity >= BLOCKED]
    if not rule:
        assert matches == []
        return
    assert matches[0].rule == rule
    assert text[matches[0].start : matches[0].end] in value
    assert text[matches[0].end :].strip() == "!"


ORDINARY = (
    'password = os.environ["DB_PASSWORD"]',
    'password = getpass.getpass("Enter password: ")',
    "password: ${DB_PASSWORD}",
    '"password": {"type": "string", "minLength": 8}',
    '<input type="password" name="password" placeholder="Password" autocomplete="current-password">',
    'if password != confirm_password: raise ValueError("Passwords do not match")',
    'token = response.json()["access_token"]',
    '"usage": {"prompt_tokens": 12, "completion_tokens": 345, "total_tokens": 357}',
    "next_page_token=CAUQAA",
    "csrf_token: " + TOKEN,
    "api_key: YOUR_API_KEY",
    "Authorization: Bearer $TOKEN",
    "cache-key: v1-linux-9fceb02d0ae598e95dc970b74767f19372d61af8",
    "key: ${{ runner.os }}-pip-${{ hashFiles('requirements.txt') }}",
    '"key": "user_preferences_v2"',
    f'primary_key: "{UUID}"',
    "You need an API key to use OpenWeather. Get one at https://openweathermap.org/api",
    "secret_name: prod/db/credentials",
    f"X-Request-Id: {UUID}",
    f'etag: W/"{HEX}"',
    "pk_live_51Hx8QmZ3tR7pL2nW9sYbD4fG6hJ1cE5u",
    f"datadog trace_id={HEX}",
    "github.com/sourcegraph/conc v0.3.0 h1:OQTbbt6P72L20UqAkXXuLOj79LfEanQ+YQFNpLA9ySo=",
    "curl -u $USER:$PASS https://x",
    "http://user:pass@example.com/",
    "private_key_path = /etc/ssl/private/server_2024.key",
    "the quick brown fox jumps over the lazy dog while seven other small wild animals watch",
    "-----BEGIN OPENSSH PRIVATE KEY----------END OPENSSH PRIVATE KEY-----",
    "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEGsL9Rzg/3vI+6tIMU4tI2J2Y",
    "cursor=eyJsYXN0X2lkIjoxediTgoZ6zgb3cKkoUZ5d5nh",
    "password=********",
    "the password is at least 8 characters long, as PCI-DSS4 says",
    "{ password: userPassword2, name: n }",
    "| Password | VARCHAR(255) |",
    "password reset link sent at 10:30AM",
    "Password: SecretStr = None",
    "pass 3 of 5",
    "token | base64 -d | jq",
    "auth=('alice', 'ecila')",
    "x.py,sha256=D5_oSwblPSfmzFWDXQPPwdJ4I1XHceUYsUWhiNU0KoU,350",
    "la parola d'ordine: pazienza",
    "raise TypeError('pass `strict=True` to allow it')",
    "hasattr(pwd, 'getpwuid')",
    "OID_TYPE, 'userPassword', 'RFC4519')",
    "password.encode('utf-16-le')",
    "f', password={0.password!r}'.format(self)",
    'ask_password("Password: ")',
    'token = r"[-!#$%&*+.^_|~0-9a-zA-Z]+"',
    "#password_encryption = scram-sha-256",
    "<passphrase>optional; leave empty</passphrase>",
    "gpg --recv-keys 5BE8A3F6C8A5C01D106C0AD820B1A390B168D356",
    "https://a:b@host/",
    "perldoc -u Some::Modulename",
    "kind: Secret\ndata:\n  ca.pem: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0tCk1JSUR4RENDQXF5Z0F3SUI=\n",
    "kind: Secret\ndata:\n  a: {{ .Values.password | b64enc }}\n",
    "r.yaml,sha256=9xwNExmONpfVQQ5HRgoBhY8WhLShEXaMq55ZhwscmIc",
    "list-group-item-success list-group-item-action focus list-group-item-success list-group-item",
    "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
)


@pytest.mark.parametrize("text", ORDINARY)
def test_what_only_speaks_of_secrets_passes(text: str) -> None:
    assert [match for match in detect(SCANNER.scan(text)).matches if match.severity >= BLOCKED] == []


def test_a_weak_password_is_recorded_and_passes() -> None:
    found = detect(SCANNER.scan('auth = DigestAuth(username="olivia", password="sunshine")'))
    assert [match.rule for match in found.matches] == ["secrets.weak"]
    assert found.score < BLOCKED / 100


@pytest.mark.parametrize("pattern", PATTERNS, ids=lambda pattern: pattern.name)
def test_every_pattern_can_be_located(pattern: Pattern) -> None:
    assert SCANNER.locate(pattern.name, b"nothing") == ((), True)
