"""The memory of a session: what it recognizes, what it forgets, what it never does."""

# ruff: noqa: E501, S311 - documents are long, and random ones need no secrecy

from __future__ import annotations

import base64
import json
import random
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.sessions.act import Act, Kind, Origin
from policy.sessions.session import FLAG_TTL_S, MOST_ACTS, Session
from policy.sessions.sessions import Sessions
from policy.sessions.shelf import MOST_HASHES, MOST_TEXTS, Remembered, Shelf
from policy.sessions.winnowing import GRAM, WINDOW, grams, prints
from tests.policy.sessions.playing import SALT

PROSE = (
    "The keeper of the northern light wrote into his book each evening how the wind stood, which ships had passed, and"
    " whether the oil would last until the supply boat came; nobody ever read it, yet he never missed a day."
)
SECRET = (
    "db_password: tR7 wq-89, vault pin 4471; the recovery phrase is under the third stone of the garden wall"
)


def _session(origin: Origin = Origin.SENSITIVE, text: str = PROSE) -> Session:
    session = Session(SALT)
    session.saw(origin, text, "files:book", 1.0)
    return session


COPIES = {
    "as it is": PROSE[30:75],
    "within other text": "I was asked to tell you: " + PROSE[60:120] + " (end)",
    "upper case": PROSE[40:110].upper(),
    "other white space": PROSE[40:110].replace(" ", "\n\t "),
    "no white space": PROSE[40:110].replace(" ", ""),
    "quoted in a mail": "\n".join("> " + PROSE[at : at + 30] for at in range(30, 120, 30)),
    "in JSON": json.dumps({"a": [PROSE[20:100]]}),
    "in JSON in JSON": json.dumps(json.dumps({"a": PROSE[20:60] + "\n" + PROSE[60:100]})),
    "wrapped and escaped": PROSE[20:100].replace(" ", "\\n"),
    "as markdown": "* " + PROSE[20:100].replace(" ", "* "),
    "typographic quotes": "“" + PROSE[20:100].replace(" ", " ”"),
    "in a tag": "<p class='x'>" + PROSE[20:70] + "</p>",
}


@pytest.mark.parametrize("copy", COPIES.values(), ids=COPIES.keys())
def test_a_copied_run_is_recognized(copy: str) -> None:
    found = _session().carried(copy, 2.0)
    assert found
    assert found[0].origin is Origin.SENSITIVE
    assert found[0].source == "files:book"
    assert 0 < found[0].share <= 1
    assert 0 <= found[0].start < found[0].end <= len(copy)


@given(st.integers(0, len(PROSE) - 48))
def test_every_run_of_48_characters_is_recognized(at: int) -> None:
    assert _session().carried("zq " + PROSE[at : at + 48] + " xw", 2.0)


def test_rows_are_recognized_in_another_format() -> None:
    rows = [
        {"id": n, "name": f"Person {n * 37} Lindqvist", "city": f"Town {n * 91} upon Vale"} for n in range(9)
    ]
    session = _session(text=json.dumps(rows, indent=2))
    assert session.carried("\n".join(f"{row['id']},{row['name']},{row['city']}" for row in rows), 2.0)


def test_a_key_is_recognized_alone() -> None:
    session = _session(text="API_TOKEN=q8Fz0Lw2Xc7Vb5Nm1As9\nMODE=production\n")
    assert session.carried("https://h.example/?t=q8Fz0Lw2Xc7Vb5Nm1As9&x=1", 2.0)
    assert not session.carried("MODE=production and API_TOKEN=your-token-here", 2.0)


def test_what_the_user_wrote_too_is_not_a_strangers() -> None:
    session = _session(Origin.UNTRUSTED)
    session.saw(Origin.USER, PROSE, "user", 1.5)
    assert not session.carried(PROSE[:90], 2.0)


def test_without_the_salt_nothing_is_recognized() -> None:
    assert not set(prints(PROSE, b"one").hashes.tolist()) & set(prints(PROSE, b"two").hashes.tolist())


def test_no_text_is_kept() -> None:
    session = _session(text=SECRET)
    seen: set[int] = set()
    stack: list[object] = [session]
    while stack:
        thing = stack.pop()
        if id(thing) in seen:
            continue
        seen.add(id(thing))
        assert not (isinstance(thing, str) and len(thing) > 10 and thing in SECRET)
        if isinstance(thing, dict):
            stack += [*thing.keys(), *thing.values()]
        elif isinstance(thing, (list, tuple, set)):
            stack += list(thing)
        else:
            stack += list(vars(thing).values()) if hasattr(thing, "__dict__") else []


def test_a_shared_run_shares_a_fingerprint() -> None:
    generator = random.Random(7)
    letters = "abcdefghijklmnop"
    for _ in range(200):
        run = "".join(generator.choices(letters, k=GRAM + WINDOW - 1))
        one, other = ("".join(generator.choices(letters, k=50)) for _ in range(2))
        assert set(prints(one + run + other, SALT).hashes.tolist()) & set(
            prints(other + run + one, SALT).hashes.tolist()
        )


def test_the_rolling_hash_is_the_hash_of_each_gram() -> None:
    codes = np.frombuffer(PROSE.encode(), np.uint8).astype(np.uint32)
    rolled = grams(codes, SALT)
    assert all(rolled[at] == grams(codes[at : at + GRAM], SALT)[0] for at in range(0, codes.size - GRAM, 7))


def _documents() -> list[tuple[str, str]]:
    """Documents of many authors that share a language and its idioms: modules of the standard library, by name."""
    folder = Path(json.__file__).parent.parent
    sized = [path for path in sorted(folder.glob("*.py")) if 3_000 < path.stat().st_size < 60_000]
    return [(path.name, path.read_text(encoding="utf-8")) for path in sized[::2]]


def test_unrelated_documents_are_not_recognized_in_each_other() -> None:
    documents = _documents()
    generator = random.Random(3)
    pairs = [(one, other) for one in documents for other in documents if one[0][:4] < other[0][:4]]
    generator.shuffle(pairs)
    pairs = pairs[:1200]
    assert len(pairs) >= 1000
    sessions: dict[str, Session] = {}
    false = []
    for (name, text), (other_name, other) in pairs:
        if name not in sessions:
            sessions[name] = _session(text=text)
        found = [one for one in sessions[name].carried(other, 2.0) if one.means == "run"]
        false += [(name, other_name, other[one.start : one.end]) for one in found]
    assert len(false) <= len(pairs) // 100, [text for *_, text in false]


def test_boilerplate_is_not_recognized() -> None:
    one = '{"id":1,"created_at":"2026-01-02","updated_at":null,"private":false,"node_id":"MDEw","html_url":"https://github.com/"}'
    other = '{"id":9,"created_at":"2025-03-04","updated_at":null,"private":false,"node_id":"QkFE","html_url":"https://github.com/"}'
    assert not _session(text=one).carried(other, 2.0)
    page = '<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1.0"><title>{}</title>'
    assert not _session(text=page.format("Turbines")).carried(page.format("Gardens"), 2.0)
    example = "DATABASE_URL=postgres://user:password@localhost:5432/app\nAWS_ACCESS_KEY_ID=\nAWS_SECRET_ACCESS_KEY=\nSESSION_KEY=changeme\n"
    real = "DATABASE_URL=postgres://svc:Zk93jfPq0sLm@db:5432/app\nAWS_ACCESS_KEY_ID=FAKEAKIA1\nAWS_SECRET_ACCESS_KEY=wq8Fz0Lw2Xc7\nSESSION_KEY=tR7wq89Lm2\n"
    assert not _session(text=real).carried(example, 2.0)


def test_the_oldest_texts_are_forgotten_first_and_the_flag_stays() -> None:
    session = _session(text=SECRET)
    for number in range(MOST_TEXTS + 5):
        session.saw(
            Origin.SENSITIVE,
            f"{number} " + f"number {number * 7919} is not the {number * 104729}th of them. " * 4,
            "x",
            2.0,
        )
    assert not session.carried(SECRET, 3.0)
    assert Origin.SENSITIVE in session.view((), 3.0).flags


def test_untrusted_floods_do_not_push_out_what_is_sensitive() -> None:
    session = _session(text=SECRET)
    generator = random.Random(1)
    for number in range(MOST_TEXTS + 20):
        session.saw(
            Origin.UNTRUSTED, f"{number} " + "".join(generator.choices("abcdefghijkl ", k=2000)), "x", 2.0
        )
    assert session.carried(SECRET, 3.0)


def test_flags_go_out_at_their_time() -> None:
    session = _session()
    assert Origin.SENSITIVE in session.view((), 1.0 + FLAG_TTL_S).flags
    assert Origin.SENSITIVE not in session.view((), 1.1 + FLAG_TTL_S).flags


def test_forgotten_sessions_leave_their_flags() -> None:
    sessions = Sessions(SALT, most_sessions=2, most_ghosts=2)
    sessions.session("a", "0", 1.0).saw(Origin.SENSITIVE, PROSE, "x", 1.0)
    for number in range(1, 9):
        sessions.session("b", str(number), 2.0).saw(Origin.UNTRUSTED, PROSE, "x", 2.0)
        assert len(sessions) <= 2
    assert Origin.SENSITIVE in sessions.session("a", "0", 3.0).view((), 3.0).flags
    assert Origin.SENSITIVE in sessions.session("a", "new", 3.0).view((), 3.0).flags, (
        "the agent's, once its own is gone"
    )


def test_sessions_of_agents_are_apart() -> None:
    sessions = Sessions(SALT)
    sessions.session("a", "1", 1.0).saw(Origin.SENSITIVE, PROSE, "x", 1.0)
    assert sessions.session("a", "1", 1.0).carried(PROSE, 1.0)
    assert not sessions.session("b", "1", 1.0).carried(PROSE, 1.0)
    assert not sessions.session("a", "2", 1.0).carried(PROSE, 1.0)


def test_many_sessions_stay_within_their_memory() -> None:
    sessions = Sessions(SALT, most_bytes=2 << 20)
    generator = random.Random(5)
    for number in range(60):
        text = "".join(generator.choices("abcdefghijkl ", k=20_000))
        sessions.session("a", str(number), 1.0).saw(Origin.UNTRUSTED, text, "x", 1.0)
    assert 1 <= len(sessions) < 60


origins = st.sampled_from(
    [Origin.SENSITIVE, Origin.PRIVATE, Origin.UNTRUSTED, Origin.USER, Origin.PRIVATE | Origin.UNTRUSTED]
)
texts = st.one_of(
    st.text(max_size=400),
    st.text(alphabet='ab./:@"\\ =<{', max_size=600),
    st.sampled_from(list(COPIES.values())),
)


@settings(max_examples=60)
@given(st.lists(st.tuples(origins, texts), max_size=12), texts)
def test_any_text_is_taken(events: list[tuple[Origin, str]], asked: str) -> None:
    session = Session(SALT)
    for origin, text in events:
        session.saw(origin, text, text[:50], 1.0)
    for one in session.carried(asked, 2.0):
        assert 0 <= one.start <= one.end <= len(asked)
        assert 0 <= one.share <= 1


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from([Origin.SENSITIVE, Origin.PRIVATE, Origin.UNTRUSTED]), texts), max_size=8
    )
)
def test_more_events_never_find_less(events: list[tuple[Origin, str]]) -> None:
    session = _session()
    before = {(one.origin, one.means) for one in session.carried(PROSE[:80], 2.0)}
    for origin, text in events:
        session.saw(origin, text + ".", "x", 2.0)
    assert before <= {(one.origin, one.means) for one in session.carried(PROSE[:80], 2.0)}


@settings(max_examples=25)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(1, 60)), max_size=60))
def test_a_shelf_is_bounded_and_finds_what_it_holds(added: list[tuple[int, int]]) -> None:
    shelf = Shelf(most_texts=6, most_hashes=200)
    for number, (seed, size) in enumerate(added):
        hashes = np.random.default_rng(seed).integers(0, 2**63, size).astype(np.uint64)
        shelf.add(number, Remembered(Origin.PRIVATE, "x", 0.0, 0), hashes)
        assert len(shelf.texts) <= 6
        assert shelf.hashes <= 2 * 200 + 60
        assert number in set(shelf.find(hashes)[1].tolist())


def test_acts_are_bounded() -> None:
    session = Session(SALT)
    for number in range(MOST_ACTS * 3):
        session.did(Act(Kind.READ, f"f{number}"), 1.0)
    view = session.view((), 1.0)
    assert len(view.done) == MOST_ACTS
    assert view.counts[Kind.READ] == MOST_ACTS * 3


HOSTILE = {
    "one character": "a" * 100_000,
    "quotes": '"' * 100_000,
    "backslashes": "\\" * 100_000,
    "names": '"a":' * 25_000,
    "assignments": "AAA=" * 25_000,
    "tags": "<a" * 50_000,
    "faces": "\U0001f600" * 100_000,
    "surrogates": "\ud800" * 100_000,
    "mailboxes": "a@b.c " * 16_000,
    "keys": " ".join(
        base64.b64encode(number.to_bytes(14)).decode() for number in range(10**30, 10**30 + 5_000)
    ),
    "addresses": " ".join(f"https://h{number}.example/p?x={number}" for number in range(3_000)),
    "parties": "From " * 20_000,
    "lines": "\n".join(f"line number {number}" for number in range(6_000)),
    "percents": "%41" * 33_000,
    "dots": "a." * 50_000,
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_text_takes_bounded_time(text: str) -> None:
    best = []
    for _ in range(3):
        session = Session(SALT)
        start = time.thread_time()
        session.saw(Origin.SENSITIVE, text, "x", 1.0)
        saw = time.thread_time() - start
        session.saw(Origin.UNTRUSTED, PROSE, "x", 1.0)
        start = time.thread_time()
        session.carried(text, 2.0)
        best.append(max(saw, time.thread_time() - start))
    assert min(best) < 0.15, "50 ms on an idle machine"


def test_threads_share_a_session() -> None:
    session = Session(SALT)
    failures: list[BaseException] = []

    def work(seed: int) -> None:
        generator = random.Random(seed)
        try:
            for _ in range(30):
                session.saw(Origin.UNTRUSTED, "".join(generator.choices("abcdef ", k=300)), "x", 1.0)
                session.carried(PROSE, 1.0)
                session.did(Act(Kind.READ, str(seed)), 1.0)
                session.view((), 1.0)
        except BaseException as error:  # noqa: BLE001 - reported below
            failures.append(error)

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures


def test_a_session_stays_small() -> None:
    session = Session(SALT)
    generator = random.Random(9)
    for _ in range(80):
        session.saw(
            Origin.UNTRUSTED | Origin.PRIVATE,
            "".join(generator.choices("abcdefghijklmnop ", k=30_000)),
            "x",
            1.0,
        )
    arrays = sum(
        run.nbytes + owners.nbytes for shelf in session._shelves.values() for run, owners in shelf._runs
    )
    assert arrays <= 2 * 16 * 2 * MOST_HASHES
    assert session.size_bytes < 8 << 20
    assert sys.getsizeof(session) < 4096
