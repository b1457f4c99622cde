"""Hot reload: valid changes are live within a second, broken ones change nothing and are said aloud."""

from __future__ import annotations

import hashlib
import signal
import threading
import time
from typing import TYPE_CHECKING

from tests.conftest import policy_for, trusting
from tests.gateways import Gateway, Home, curl

if TYPE_CHECKING:
    from tests.services import Service


def test_a_valid_change_is_live_within_a_second_and_is_an_entry(
    home: Home, service: Service, plain_service: Service
) -> None:
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/reports/1").status == 200
        before = gateway.entries()[-1]["policy"]
        home.write_policy(policy_for(service, plain_service).replace("/admin/**", "/reports/**"))
        time.sleep(1.0)
        assert curl(gateway, f"{service.url}/reports/1").rule == "policy.path"
        after = gateway.entries()[-1]["policy"]
        loaded = gateway.wait_for("policy.loaded")
        assert (loaded["previous"], loaded["policy"]) == (before, after)


def test_a_broken_change_keeps_the_last_good_policy_and_is_logged_and_recorded(
    home: Home, service: Service, plain_service: Service
) -> None:
    with Gateway(home, trusting(service)) as gateway:
        curl(gateway, f"{service.url}/")
        digest = gateway.entries()[-1]["policy"]
        home.write_policy("allowedDomains: ['*']\nblockedPath: [/]\n")
        rejected = gateway.wait_for("policy.rejected")
        assert "blockedPath" in rejected["reason"]
        assert rejected["policy"] == digest
        assert "did you mean 'blockedPaths'" in gateway.log
        assert curl(gateway, "https://evil-hacker.com/").rule == "egress.domain"
        assert gateway.entries()[-1]["policy"] == digest
        (home.path / "policy.yaml").unlink()
        time.sleep(1.0)
        assert curl(gateway, "https://evil-hacker.com/").rule == "egress.domain"
        home.write_policy(policy_for(service, plain_service, more="mode: enforce\n"))
        gateway.wait_for("policy.loaded")


def test_a_custom_rule_that_mitmproxy_does_not_understand_is_a_broken_policy(home: Home) -> None:
    home.write_policy(
        "allowedDomains: [localhost]\nrules:\n  - name: bad\n    filter: '~zz ('\n    action: block\n"
    )
    gateway = Gateway(home).start()
    assert not gateway.port
    assert "rules[0].filter" in gateway.failure["error"]


def test_custom_rules_are_in_mitmproxys_filter_language(
    home: Home, service: Service, plain_service: Service
) -> None:
    rule = "rules:\n  - name: no reports\n    filter: '~u /reports/ & ~m POST'\n    action: block\n    severity: 75\n"
    home.write_policy(policy_for(service, plain_service, more=rule))
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/reports/1").status == 200
        answer = curl(gateway, f"{service.url}/reports/1", "-d", "x")
        assert answer.rule == "rule.custom"
        assert answer.problem["aegis"]["score"] == 75


def test_there_is_no_moment_without_a_policy_while_it_changes_under_load(
    home: Home, service: Service, plain_service: Service
) -> None:
    texts = [
        policy_for(service, plain_service),
        policy_for(service, plain_service, more="mode: enforce\n"),
        "broken: [",
        "",
    ]
    statuses: list[int] = []
    with Gateway(home, trusting(service)) as gateway:
        stop = threading.Event()

        def rewrite() -> None:
            number = 0
            while not stop.is_set():
                home.write_policy(texts[number % len(texts)])
                number += 1
                time.sleep(0.15)

        writer = threading.Thread(target=rewrite)
        writer.start()
        try:
            deadline = time.monotonic() + 6
            while time.monotonic() < deadline:
                statuses.append(curl(gateway, "https://evil-hacker.com/").status)
        finally:
            stop.set()
            writer.join()
        assert len(gateway.entries("policy.loaded")) + len(gateway.entries("policy.rejected")) >= 3
    assert set(statuses) == {403}


def test_monitor_mode_lets_pass_and_records_but_not_what_is_unsafe(
    home: Home, service: Service, plain_service: Service
) -> None:
    home.write_policy(policy_for(service, plain_service, more="mode: monitor\n"))
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/admin/users").status == 200
        entry = gateway.wait_for("flow.verdict", path="/admin/users")
        assert (entry["verdict"], entry["monitored"], entry["rule"]) == ("allow", True, "policy.path")
        answer = curl(gateway, "http://169.254.169.254/")
        assert answer.rule == "egress.metadata-endpoint"


def test_requests_over_the_rate_are_429_with_the_time_to_wait(
    home: Home, service: Service, plain_service: Service
) -> None:
    home.write_policy(policy_for(service, plain_service, more="rateLimits:\n  requestsPerMinute: 5\n"))
    with Gateway(home, trusting(service)) as gateway:
        answers = [curl(gateway, f"{service.url}/") for _ in range(7)]
        assert [answer.status for answer in answers] == [200] * 5 + [429] * 2
        assert answers[-1].rule == "rate.requests"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        gateway.wait_for("flow.verdict", rule="rate.requests")


def test_an_agent_known_by_its_credentials_has_its_own_policy(
    home: Home, service: Service, plain_service: Service
) -> None:
    agents = (
        "agents:\n  - name: builder\n    match: {proxyUser: builder}\n    policy: {allowedMethods: [GET]}\n"
    )
    home.write_policy(policy_for(service, plain_service, more=agents))
    with Gateway(home, trusting(service)) as gateway:
        posted = curl(gateway, f"{service.url}/", "-d", "x", "--proxy-user", "builder:any")
        assert posted.rule == "policy.method"
        assert gateway.wait_for("flow.verdict", rule="policy.method")["agent"] == "builder"
        assert curl(gateway, f"{service.url}/", "-d", "x").status == 200


def test_credentials_that_fit_no_agent_are_refused_and_do_not_fall_back(
    home: Home, service: Service, plain_service: Service
) -> None:
    digest = hashlib.sha256(b"right").hexdigest()
    agents = (
        "agents:\n"
        f"  - name: builder\n    match: {{proxyUser: builder, proxyPasswordSha256: {digest}}}\n"
        "    policy: {allowedMethods: [GET]}\n"
    )
    home.write_policy(policy_for(service, plain_service, more=agents))
    with Gateway(home, trusting(service)) as gateway:
        assert curl(gateway, f"{service.url}/", "--proxy-user", "builder:right").status == 200
        assert gateway.entries()[-1]["agent"] == "builder"
        for wrong in ("builder:wrong", "other:right", "builder:"):
            assert (
                curl(gateway, f"{plain_service.url}/", "--proxy-user", wrong).rule == "identity.unknown-agent"
            )
            assert curl(gateway, f"{service.url}/", "--proxy-user", wrong).status == 403
        assert curl(gateway, f"{service.url}/").status == 200
        assert "right" not in gateway.log


def test_hangup_makes_the_gateway_look_at_the_policy_and_not_end(
    home: Home, service: Service, plain_service: Service
) -> None:
    with Gateway(home, trusting(service)) as gateway:
        assert gateway.process is not None
        gateway.process.send_signal(signal.SIGHUP)
        home.write_policy(policy_for(service, plain_service).replace("/admin/**", "/other/**"))
        gateway.process.send_signal(signal.SIGHUP)
        gateway.wait_for("policy.loaded")
        assert curl(gateway, f"{service.url}/admin/").status == 200


def test_custom_rules_see_the_path_as_a_service_would_read_it(
    home: Home, service: Service, plain_service: Service
) -> None:
    rule = "rules:\n  - name: no secrets\n    filter: '~u /secret'\n    action: block\n"
    home.write_policy(policy_for(service, plain_service, more=rule))
    with Gateway(home, trusting(service)) as gateway:
        for path in ("/secret", "/%73ecret", "/x/../secret", "/%2573ecret", "//a\\..\\%73ecret"):
            assert curl(gateway, f"{service.url}{path}", "--path-as-is").rule == "rule.custom", path
        assert (
            gateway.wait_for("flow.verdict", rule="rule.custom")["findings"][0]["location"]
            == "rule:no secrets"
        )
        assert curl(gateway, f"{service.url}/%70ublic", "--path-as-is").status == 200
