"""Our tools by themselves: what they do, where they end, and that there is no way out of the sandbox."""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

from scripts.mcp.tools import files
from scripts.mcp.tools.confinement import confinement
from scripts.mcp.tools.outcome import ToolError
from scripts.mcp.tools.sandbox import Sandbox
from scripts.mcp.tools.toolbox import TOOLS, Surroundings
from tests.mcp_sessions import wait_until_gone

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gateways import Gateway
    from tests.services import Service

    type Run = Any


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path / "workspace"
    (root / "src").mkdir(parents=True)
    (root / "src" / "app.py").write_text("import os\nTOKEN = None\n# größer\n")
    (root / "data.bin").write_bytes(b"\0\xff\xfe")
    (tmp_path / "outside.txt").write_text("outside")
    (root / "link").symlink_to(tmp_path / "outside.txt")
    (root / "up").symlink_to(tmp_path)
    (root / "loop").symlink_to("loop")
    os.mkfifo(root / "pipe")
    with closing(sqlite3.connect(root / "shop.db")) as database:
        database.execute("CREATE TABLE item (name TEXT, price REAL)")
        database.executemany("INSERT INTO item VALUES (?, ?)", [(f"item {n}", n) for n in range(3000)])
        database.commit()
    return root


@pytest.fixture
def run(root: Path) -> Run:
    environment = {"PATH": os.environ["PATH"], "HOME": str(root)}
    surroundings = Surroundings(Sandbox(root, "/workspace"), "http://127.0.0.1:1", "", environment)

    def call(tool: str, **arguments: Any) -> dict[str, Any]:
        return TOOLS[tool].run(surroundings, arguments)

    return call


@pytest.mark.parametrize("path", ["src/app.py", "./src/app.py", "src//app.py", "/workspace/src/app.py"])
def test_a_file_is_read_under_each_of_its_names(run: Run, path: str) -> None:
    assert run("read_file", path=path)["text"].startswith("import os")


def test_a_file_is_read_under_its_real_name(run: Run, root: Path) -> None:
    assert run("read_file", path=str(root.resolve() / "src" / "app.py"))["size"] > 0


OUTSIDE = {
    "parent": "../outside.txt",
    "parent in the middle": "src/../../outside.txt",
    "parent that stays inside": "src/../src/app.py",
    "absolute": "/etc/passwd",
    "a link": "link",
    "a link to a directory": "up/outside.txt",
    "a link that turns in circles": "loop",
    "a link to the root": "up/workspace/src/app.py",
    "a file as a directory": "src/app.py/x",
    "a name that only begins alike": "/workspace2/a",
    "nothing": "",
    "a NUL": "src/app.py\0.txt",
    "a long name": "a" * 5000,
    "a long component": "a/" + "b" * 300,
    "a FIFO": "pipe",
    "a directory": "src",
    "the root": ".",
    "missing": "none.txt",
}


NEW_FILE = "missing"


@pytest.mark.parametrize(
    ("tool", "case"),
    [
        (tool, case)
        for tool in ("read_file", "write_file", "sql_query")
        for case in OUTSIDE
        if (tool, case) != ("write_file", NEW_FILE)
    ],
)
def test_there_is_no_way_out(run: Run, root: Path, tool: str, case: str) -> None:
    more = {"write_file": {"content": "x"}, "sql_query": {"sql": "SELECT 1"}}.get(tool, {})
    name = "database" if tool == "sql_query" else "path"
    with pytest.raises(ToolError):
        run(tool, **{name: OUTSIDE[case]}, **more)
    assert (root.parent / "outside.txt").read_text() == "outside"


def test_a_write_does_not_go_through_a_link(run: Run, root: Path) -> None:
    with pytest.raises(ToolError):
        run("write_file", path="link", content="x")
    assert (root.parent / "outside.txt").read_text() == "outside"
    assert (root / "link").is_symlink()


def test_a_directory_that_becomes_a_link_meanwhile_is_not_followed(run: Run, root: Path) -> None:
    (root / "src").rename(root / "old")
    (root / "src").symlink_to("/etc")
    for call in (
        lambda: run("read_file", path="src/passwd"),
        lambda: run("write_file", path="src/new", content="x"),
        lambda: run("list_directory", path="src"),
        lambda: run("search_files", path="src"),
        lambda: run("run_command", argv=["pwd"], cwd="src"),
    ):
        with pytest.raises(ToolError):
            call()


def test_a_file_is_written_whole_with_its_directories_and_keeps_its_mode(run: Run, root: Path) -> None:
    assert run("write_file", path="a/b/c.txt", content="größer") == {"written_bytes": 8, "created": True}
    (root / "a/b/c.txt").chmod(0o755)
    assert run("write_file", path="a/b/c.txt", content="neu")["created"] is False
    assert (root / "a/b/c.txt").read_text() == "neu"
    assert (root / "a/b/c.txt").stat().st_mode & 0o777 == 0o755
    assert [path.name for path in (root / "a/b").iterdir()] == ["c.txt"]


def test_a_large_file_is_read_piece_by_piece_and_never_in_half_characters(run: Run, root: Path) -> None:
    text = "ä€😀" * 5000
    (root / "large.txt").write_text(text)
    pieces, offset = [], 0
    while True:
        found = run("read_file", path="large.txt", offset=offset, limit=1000)
        pieces.append(found["text"])
        if "next_offset" not in found:
            break
        offset = found["next_offset"]
    assert "".join(pieces) == text


def test_what_is_no_text_is_said_so(run: Run) -> None:
    with pytest.raises(ToolError, match="not a text file"):
        run("read_file", path="data.bin")


def test_a_listing_says_what_is_there(run: Run) -> None:
    kinds = {entry["name"]: entry["kind"] for entry in run("list_directory")["entries"]}
    assert kinds["src"] == "directory"
    assert kinds["data.bin"] == "file"
    assert kinds["link"] == kinds["up"] == "link"
    assert kinds["pipe"] == "other"


def test_a_search_finds_names_and_lines_and_follows_no_link(run: Run) -> None:
    assert run("search_files", pattern="*.py")["hits"] == [{"path": "src/app.py"}]
    assert run("search_files", text="größer")["hits"][0]["line"] == 3
    assert run("search_files", text="outside")["hits"] == []
    assert run("search_files", path="src", pattern="app*", text="TOKEN")["hits"][0]["path"] == "app.py"


def test_a_search_ends(run: Run, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MOST_HITS", 10)
    (root / "many.txt").write_text("hit\n" * 1000)
    assert len(run("search_files", text="hit")["hits"]) == 10


def test_a_command_runs_without_a_shell_in_a_small_environment(run: Run, root: Path) -> None:
    done = run("run_command", argv=["printf", "%s", "$HOME;*&&"])
    assert done == {
        "stdout": "$HOME;*&&",
        "stderr": "",
        "exit_code": 0,
        "is_cut": False,
        "is_over_time": False,
    }
    assert run("run_command", argv=["pwd"], cwd="src")["stdout"].strip() == str(root.resolve() / "src")
    names = {line.partition("=")[0] for line in run("run_command", argv=["env"])["stdout"].splitlines()}
    assert names <= {"PATH", "HOME", "PWD", "SHLVL", "_"}
    assert run("run_command", argv=["sh", "-c", "echo no >&2; exit 3"])["exit_code"] == 3


def test_a_command_that_takes_too_long_is_ended_with_what_it_started(run: Run) -> None:
    began = time.monotonic()
    done = run("run_command", argv=["sh", "-c", "sleep 61 & echo $!; sleep 62"], timeout_s=1)
    assert done["is_over_time"] is True
    assert done["exit_code"] == -9
    assert time.monotonic() - began < 5
    wait_until_gone(int(done["stdout"]))


def test_a_command_leaves_nothing_in_the_background(run: Run) -> None:
    began = time.monotonic()
    done = run("run_command", argv=["sh", "-c", "sleep 61 & echo $!"])
    assert done["exit_code"] == 0
    assert time.monotonic() - began < 5
    wait_until_gone(int(done["stdout"]))


def test_a_command_that_prints_without_end_is_cut(run: Run) -> None:
    done = run("run_command", argv=["sh", "-c", "yes | head -c 3000000"])
    assert done["is_cut"] is True
    assert len(done["stdout"]) == 256 * 1024
    assert done["exit_code"] == 0


def test_a_command_is_kept_in_the_sandbox_by_the_kernel(root: Path) -> None:
    with socket.socket() as gateway, socket.socket() as other:
        for one in (gateway, other):
            one.bind(("127.0.0.1", 0))
            one.listen()
        port, other_port = gateway.getsockname()[1], other.getsockname()[1]
        confine = confinement([root.resolve()], port)
        if confine is None:
            pytest.skip("this kernel has no Landlock")
        around = Surroundings(Sandbox(root), "", "", {"PATH": os.environ["PATH"]}, confine)

        def python(code: str) -> dict[str, Any]:
            done = TOOLS["run_command"].run(around, {"argv": [sys.executable, "-c", code]})
            return {key: done[key] for key in ("exit_code", "stderr")}

        connect = "import socket; socket.create_connection(('127.0.0.1', {}), 2)"
        assert python("open('inside.txt', 'w').write('x')")["exit_code"] == 0
        assert python(connect.format(port))["exit_code"] == 0
        for code in (
            f"open({str(root.parent / 'outside.txt')!r}, 'w')",
            f"import os; os.remove({str(root.parent / 'outside.txt')!r})",
            f"import os; os.truncate({str(root.parent / 'outside.txt')!r}, 0)",
            f"import os; os.rename('inside.txt', {str(root.parent / 'moved.txt')!r})",
            f"import os; os.link({str(root.parent / 'outside.txt')!r}, 'hard')",
            f"import os; os.kill({os.getpid()}, 0)",
            connect.format(other_port),
        ):
            done = python(code)
            assert done["exit_code"] == 1, code
            assert "PermissionError" in done["stderr"] or "Invalid cross-device" in done["stderr"], done[
                "stderr"
            ]
    assert (root.parent / "outside.txt").read_text() == "outside"


@pytest.mark.parametrize("argv", [["no-such-program"], ["a\0b"], [""], ["/"]])
def test_a_command_that_cannot_run_is_said_so(run: Run, argv: list[str]) -> None:
    with pytest.raises(ToolError):
        run("run_command", argv=argv)


def test_a_query_returns_rows_up_to_the_limit(run: Run) -> None:
    found = run("sql_query", database="shop.db", sql="SELECT * FROM item WHERE price > ?", parameters=[2997])
    assert found == {
        "columns": ["name", "price"],
        "rows": [["item 2998", 2998.0], ["item 2999", 2999.0]],
        "is_cut": False,
    }
    assert run("sql_query", database="shop.db", sql="SELECT * FROM item")["is_cut"] is True
    assert run("sql_query", database="shop.db", sql="PRAGMA table_info(item)")["rows"]


def test_a_query_changes_data_only_if_it_says_so(run: Run) -> None:
    statement = "INSERT INTO item VALUES ('new', 1)"
    with pytest.raises(ToolError, match=r"readonly|read-only|attempt to write"):
        run("sql_query", database="shop.db", sql=statement)
    assert run("sql_query", database="shop.db", sql=statement, write=True)["changed_rows"] == 1


ESCAPES = {
    "attach": "ATTACH DATABASE '{}' AS other",
    "vacuum into": "VACUUM INTO '{}'",
    "a pragma that writes": "PRAGMA journal_mode = DELETE",
    "a pragma of directories": "PRAGMA temp_store_directory = '/etc'",
    "trusting": "PRAGMA trusted_schema = ON",
    "an extension": "SELECT load_extension('/tmp/x.so')",
    "two statements": "SELECT 1; DROP TABLE item",
    "a bomb": "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c) SELECT max(x) FROM c",
}


@pytest.mark.parametrize("case", ESCAPES)
def test_a_statement_does_not_leave_its_database(
    run: Run, root: Path, case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("scripts.mcp.tools.databases.LONGEST_S", 0.3)
    target = root.parent / "stolen.db"
    with pytest.raises(ToolError):
        run("sql_query", database="shop.db", sql=ESCAPES[case].format(target), write=True)
    assert not target.exists()


def test_arguments_are_checked_without_repeating_them(run: Run) -> None:
    for arguments in ({}, {"path": 5}, {"path": "a", "more": "secret-value"}, {"path": "a", "limit": 0}):
        with pytest.raises(ToolError) as caught:
            run("read_file", **arguments)
        assert "secret-value" not in str(caught.value)


def test_a_request_needs_the_gateway(run: Run) -> None:
    with pytest.raises(ToolError, match="no gateway listens"):
        run("http_request", url="http://docs.example.com/")
    for url in ("file:///etc/passwd", "ftp://docs.example.com/", "nonsense"):
        with pytest.raises(ToolError, match="neither http nor https"):
            run("http_request", url=url)


def test_a_request_goes_through_the_gateway_which_may_refuse_it(
    gateway: Gateway, service: Service, root: Path
) -> None:
    around = Surroundings(Sandbox(root), gateway.url, str(gateway.home.ca), {})
    good = TOOLS["http_request"].run(around, {"url": f"https://localhost:{service.port}/hello"})
    assert good["status"] == 200
    bad = TOOLS["http_request"].run(around, {"url": f"https://localhost:{service.port}/admin/x"})
    assert bad["status"] == 403
    assert "policy.path" in bad["body"]
    gateway.wait_for("flow.verdict", rule="policy.path", verdict="block")
    with pytest.raises(ToolError):
        TOOLS["http_request"].run(
            Surroundings(
                Sandbox(root), gateway.url, str(service.certificates.ca) if service.certificates else "", {}
            ),
            {"url": f"https://localhost:{service.port}/hello"},
        )
