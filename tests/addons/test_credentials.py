"""A credential belongs to the host it was first seen at."""

from __future__ import annotations

from addons.credentials import Credentials
from policy.exchange import Exchange, Text
from policy.sections import Service


def exchange(host: str, *texts: tuple[str, str]) -> Exchange:
    return Exchange(
        "a", "https", "GET", host, 443, "/", texts=tuple(Text(location, text) for location, text in texts)
    )


BEARER = ("header:authorization", "Bearer abcdefgh12345678")


def test_the_same_credential_at_another_host_is_foreign() -> None:
    known = Credentials()
    assert known.foreign(exchange("a.example", BEARER), ()) == frozenset()
    assert known.foreign(exchange("a.example", BEARER), ()) == frozenset()
    assert known.foreign(exchange("b.example", BEARER), ()) == {"header:authorization"}


def test_it_is_the_same_credential_in_another_place() -> None:
    known = Credentials()
    known.foreign(exchange("a.example", BEARER), ())
    assert known.foreign(exchange("b.example", ("query:token", "abcdefgh12345678")), ()) == {"query:token"}


def test_hosts_of_one_service_share_their_credentials() -> None:
    services = (Service(name="s", hosts=("a.example", "b.example")),)
    known = Credentials()
    known.foreign(exchange("a.example", BEARER), services)
    assert known.foreign(exchange("b.example", BEARER), services) == frozenset()


def test_short_values_and_documents_are_no_credentials() -> None:
    known = Credentials()
    for host in ("a.example", "b.example"):
        assert known.foreign(exchange(host, ("header:cookie", "a=1"), ("body", "x" * 50)), ()) == frozenset()


def test_the_least_used_are_forgotten_first() -> None:
    known = Credentials(capacity=2)
    for number in range(3):
        known.foreign(exchange("a.example", ("query:key", f"credential-{number}")), ())
    assert known.foreign(exchange("b.example", ("query:key", "credential-0")), ()) == frozenset()
    assert known.foreign(exchange("b.example", ("query:key", "credential-2")), ()) == {"query:key"}
