"""Fixtures that several packages' tests share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.gateways import Gateway, Home
from tests.services import Service, ServiceCertificates, make_certificates

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> ServiceCertificates:
    """Certificates of the services that tests run on loopback."""
    return make_certificates(tmp_path_factory.mktemp("services"), "localhost")


@pytest.fixture(scope="module")
def service(certificates: ServiceCertificates) -> Iterator[Service]:
    """A TLS service on loopback under the name `localhost`."""
    running = Service(certificates=certificates).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def plain_service() -> Iterator[Service]:
    """The same without TLS."""
    running = Service().start()
    yield running
    running.stop()


def policy_for(*services: Service, more: str = "") -> str:
    """A policy that admits these services and little else."""
    ports = ", ".join(str(service.port) for service in services)
    return (
        "allowedDomains: [localhost]\n"
        f"network:\n  allowedPorts: [80, 443, {ports}]\n"
        "blockedPaths: [/admin/**]\n"
        "allowedMethods: [GET, POST, PUT, HEAD]\n"
    ) + more


@pytest.fixture(scope="module")
def gateway(
    service: Service, plain_service: Service, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Gateway]:
    """A gateway in front of both services, shared by the tests of a module."""
    home = Home(tmp_path_factory.mktemp("home"), policy_for(service, plain_service)).make()
    with Gateway(home, trusting(service)) as running:
        yield running


def trusting(service: Service) -> tuple[str, ...]:
    """The option that makes a gateway trust the services' authority."""
    assert service.certificates is not None
    return ("--set", f"ssl_verify_upstream_trusted_ca={service.certificates.ca}")


@pytest.fixture
def home(service: Service, plain_service: Service, tmp_path: Path) -> Home:
    """A home of the test's own."""
    return Home(tmp_path, policy_for(service, plain_service)).make()
