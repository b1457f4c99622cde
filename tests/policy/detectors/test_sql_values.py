"""Values: what would break out of a statement is refused, what people and programs write is not."""

from __future__ import annotations

import pytest

from policy.detectors.sql.detector import PATTERNS, detect, detect_value, may_be_sql
from policy.text.scanner import Scanner

_BAR = 70

# name, value, rule that has to be among the matches
ATTACKS = (
    ("union after a number", "4711 UNION ALL SELECT NULL,NULL,concat(0x71,0x72)#", "sql.union-injection"),
    ("union after a quote", "x' union select name, pass from members -- ", "sql.union-injection"),
    ("union in brackets", "1 union(select(1),(2))", "sql.union-injection"),
    ("subquery alone", "(SELECT (CASE WHEN (31=31) THEN 'a' ELSE 'b' END))", "sql.union-injection"),
    ("true condition", "12' AND 3308=3308 AND 'kq'='kq", "sql.boolean-injection"),
    ("true condition in brackets", "12) AND 3308=3308 AND (77=77", "sql.boolean-injection"),
    ("condition by word", "7' or 'x' like 'x", "sql.boolean-injection"),
    ("condition by symbol", "7' || 'a'='a", "sql.boolean-injection"),
    ("comparison of a column with itself", "' or name=name --", "sql.boolean-injection"),
    ("arithmetic", "-1' OR 2+59-59-1=0+0+0+1 --", "sql.boolean-injection"),
    ("one character at a time", "5 and ascii(substr(secret,1,1))>64", "sql.boolean-injection"),
    ("having", "' having 1=1 --", "sql.boolean-injection"),
    ("comment behind a name", "root'-- -", "sql.auth-bypass"),
    ("hash behind a bracket", 'root")#', "sql.auth-bypass"),
    ("quote that opens again", "'='", "sql.auth-bypass"),
    ("second statement", "9; drop table ledger", "sql.stacked"),
    ("second statement behind a quote", "9'; update accounts set role='x' where id=3;--", "sql.stacked"),
    ("sleep", "1) or sleep(9)#", "sql.time-delay"),
    ("pg_sleep", "1||pg_sleep(9)--", "sql.time-delay"),
    ("waitfor", "x';waitfor delay '0:0:9'--", "sql.time-delay"),
    ("benchmark", "0 or benchmark(9000000,md5(1))", "sql.time-delay"),
    ("heavy call", "1 and 7=like('A',upper(hex(randomblob(900000000/2))))", "sql.time-delay"),
    ("oracle pipe", "1 AND 7=DBMS_PIPE.RECEIVE_MESSAGE(CHR(98),9)", "sql.time-delay"),
    ("extractvalue", "1 and extractvalue(1,concat(0x7e,version()))", "sql.error-based"),
    (
        "conversion of a query",
        "' and 1=convert(int,(select top 1 name from sysobjects))--",
        "sql.error-based",
    ),
    ("file", "0 union select 1,load_file('/etc/hosts')", "sql.file-access"),
    ("outfile", "' into outfile '/tmp/q' --", "sql.file-access"),
    ("command", "'; exec master..xp_cmdshell 'dir'--", "sql.command-execution"),
    ("columns by order", "1' order by 12-- ", "sql.schema-probe"),
    ("procedure analyse", "1 procedure analyse(1,1)", "sql.schema-probe"),
    ("executable comments", "1/*!50000union*//*!50000select*/7,8", "sql.comment-evasion"),
)

ORDINARY = (
    "O'Brien", "D'Angelo & Sons", "o'malley@example.com", "50% off -- today only", "select a size",
    "Union Square, San Francisco", "The union selected John and Mary", "delete from my calendar the meeting on Friday",
    "drop table reservations until further notice", "grant access to Bob on Monday", "backup database nightly",
    "5 or 6 people; maybe more", "x = 5 or y = 7", "if x == 1 and y == 2: return True", "a && b || c",
    "status = 'open' AND assignee = 'bob'", "name eq 'Smith' and age gt 30", "cats OR dogs NOT birds",
    '"machine learning" AND "deep learning" OR "neural network"', "issue #42 -- fixed", "--verbose --output=file.txt",
    "await sleep(1000)", "time.sleep(5)", "'a' + 'b'", '"foo" + "bar"', "5' 11\"", '24" x 36" poster', "f'(x) = 2x",
    "https://example.com/search?q=select+from+table&sort=desc", '{"name": "O\'Brien", "age": 30}', "1=1", "a=b",
    "5 > 3 and 2 < 4", "the 90's and 80's", "rock 'n' roll", "Either 'A' or 'B'", '=IF(A1>5,"yes","no")',
    "My password is 'hunter2'", "Learn about SQL injection: what is it and how to prevent it?", "id asc, name desc",
    "How to use ORDER BY 1 in a query", "1 having", "order by date", "varchar(255)", '"*"', '"LIKE" stamp',
    "Use '--' or '#' for comments", "dGhpcyBpcyBhIHRlc3Qgc3RyaW5n", "5d41402abc4b2a76b9719d911017c592", "",
    "l'été -- c'est beau", "Привет; мир", "🎉 party -- now!", "\x00", "ls | grep foo && echo ok || echo fail",
)  # fmt: skip


@pytest.mark.parametrize(("value", "rule"), [case[1:] for case in ATTACKS], ids=[case[0] for case in ATTACKS])
def test_an_injected_value_is_refused_with_its_technique(value: str, rule: str) -> None:
    found = detect_value(value)
    assert found.score >= _BAR / 100
    assert max(match.severity for match in found.matches) >= _BAR
    assert rule in {match.rule for match in found.matches}


@pytest.mark.parametrize("value", ORDINARY)
def test_what_people_and_programs_write_passes(value: str) -> None:
    for found in (detect_value(value), detect(value)):
        assert all(match.severity < _BAR for match in found.matches)
        assert found.score < _BAR / 100


def test_a_sentence_that_quotes_an_injection_is_recorded_and_passes() -> None:
    found = detect_value("What does the input ' OR 5=5 -- do to the query of this page?")
    assert found.matches
    assert max(match.severity for match in found.matches) < _BAR


def test_a_sentence_that_carries_a_second_statement_is_refused() -> None:
    found = detect_value("What does the input '; DROP TABLE ledger; -- do to the query of this page?")
    assert max(match.severity for match in found.matches) >= _BAR


_NO_SQL = (
    ("operator as a parameter", "user[$ne]=7", "refused"),
    ("operator where a value belongs", '{"$gt": ""}', "refused"),
    ("script as a condition", "7, $where: '3 == 3'", "refused"),
    ("script that any document satisfies", "' || this.secret.match(/./) || 'c'=='d", "refused"),
    ("script that returns", "'; return true; var y='", "refused"),
    ("condition without a condition", "', $or: [ {}, {'c':'d", "refused"),
    ("all documents", "db.ledgers.deleteMany({})", "refused"),
    ("filter of a directory", "*)(uid=*))(|(uid=*", "refused"),
    ("filter with a field", '{"age": {"$gt": 5}}', "passes"),
    ("update", '{"$set": {"a": {"$ne": 4}}}', "passes"),
    ("shell that reads", "db.ledgers.find({age: {$lt: 5}})", "passes"),
    ("whole filter of a directory", "(&(objectClass=person)(mail=*))", "passes"),
    ("condition of a program", "this.size === 'x' && this.count > 0", "passes"),
    ("price", "$5 or $10", "passes"),
)


@pytest.mark.parametrize(
    ("value", "verdict"), [case[1:] for case in _NO_SQL], ids=[case[0] for case in _NO_SQL]
)
def test_an_operator_is_refused_where_it_is_injected(value: str, verdict: str) -> None:
    for judge in (detect, detect_value):
        found = judge(value)
        assert (found.score >= _BAR / 100) is (verdict == "refused")
        assert {match.rule for match in found.matches} <= {"sql.nosql-operator"}


def test_the_prefilter_keeps_every_attack() -> None:
    scanner = Scanner(PATTERNS)
    assert [case[1] for case in ATTACKS if not may_be_sql(scanner.scan(case[1]))] == []


def test_the_prefilter_spares_plain_values() -> None:
    scanner = Scanner(PATTERNS)
    plain = ("Madrid", "bob", "2024-01-01", "a quiet street", "42", "Tom and Jerry", "contact@example.com")
    assert [value for value in plain if may_be_sql(scanner.scan(value))] == []
