"""What the operator configures outside the policy: where things are and how much they may use.

Values come from the environment, then from `.env` in the home directory, then from the defaults below. The
command line and the addons read the same settings, so both agree on where ledger, policy and authority are.
Invariant: a value that is not understood stops the start; it is never replaced by a default. All of it is
operator-supplied.
"""

from __future__ import annotations

import difflib
import io
import ipaddress
import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Literal

from dotenv.parser import parse_stream
from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

ENV_FILE = ".env"
HOME_VARIABLE = "AEGIS_HOME"
_NO_DIRECTORY = "is not a directory"
LEAST_MEMORY_MB = 384
"""An idle gateway with its libraries needs most of this."""


@dataclass(frozen=True, slots=True)
class SettingProblem:
    """One setting that cannot be used."""

    source: str
    """`.env` with its line (`/srv/aegis/.env:3`) or `environment`."""
    key: str
    """As the operator writes it: `PORT`. Empty where a file as a whole is concerned."""
    message: str
    """What is wrong; never holds a value that may be secret."""

    def __str__(self) -> str:
        return ": ".join(part for part in (self.source, self.key, self.message) if part)


class SettingsError(Exception):
    """The configuration cannot be used; `problems` has all that is wrong with it."""

    def __init__(self, problems: tuple[SettingProblem, ...]) -> None:
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems

    def hint(self) -> str:
        """Say what the operator should do next."""
        if any(not problem.key and problem.message == _NO_DIRECTORY for problem in self.problems):
            return "make the directory first, or name another with --home"
        if any(problem.source == "environment" for problem in self.problems):
            return "unset or correct the variable; what the environment holds wins over .env"
        return "correct the line named; a key that is left out gets its default"


def _host(value: str) -> str:
    if value.lower() == "localhost":
        return "127.0.0.1"
    try:
        return str(ipaddress.ip_address(value.strip("[]")))
    except ValueError as error:
        raise ValueError("expected an IP address or localhost") from error


def _database(value: str) -> str:
    scheme = re.match(r"([a-z][a-z0-9+.-]*):", value, re.IGNORECASE)
    name = scheme[1].lower() if scheme else "sqlite"
    if name.startswith("postgres"):
        raise ValueError("a PostgreSQL ledger is not part of this build; expected a path or sqlite:///path")
    if name != "sqlite" or (scheme and not value.lower().startswith("sqlite:///")):
        raise ValueError("expected a path or sqlite:///path")
    path = value[len("sqlite:///") :] if scheme else value
    if not path or path == ":memory:" or "\0" in path:
        raise ValueError("expected the path of a file: the ledger must outlive the process")
    return path


def _level(value: object) -> object:
    level = value.strip().lower() if isinstance(value, str) else value
    return "warning" if level == "warn" else level


def _memory(value: int) -> int:
    if 0 < value < LEAST_MEMORY_MB:
        raise ValueError(f"expected 0 (no limit) or at least {LEAST_MEMORY_MB}")
    return value


class Settings(BaseSettings):
    """The configuration, read once; `Settings.load` is the way to get it."""

    model_config = SettingsConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    home: Path
    """Absolute; relative paths below are meant from here. `AEGIS_HOME`, or the current directory."""
    port: Annotated[int, Field(ge=0, le=65535)] = 4000
    """TCP port of the proxy; 0 takes any free one."""
    listen_host: Annotated[str, AfterValidator(_host)] = "127.0.0.1"
    """Address the proxy listens on. Anything but loopback is reachable by others on that network."""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        BeforeValidator(_level),
    ] = "info"
    """Least severity that is logged."""
    database_url: Annotated[str, AfterValidator(_database)] = ".aegis/audit.db"
    """The ledger: a path, or `sqlite:///path` (three slashes relative, four absolute)."""
    policy_file: Annotated[str, Field(min_length=1)] = "policy.yaml"
    """The policy in force."""
    vault_key: Annotated[str, Field(min_length=1)] = "file:.aegis/vault.key"
    """What opens the vault: file:PATH, credential:NAME, passphrase[:PATH], transit:[MOUNT/]KEY or keyring[:SERVICE]."""
    memory_limit_mb: Annotated[int, Field(ge=0), AfterValidator(_memory)] = 2048
    """Memory the gateway may use, in MiB, so that a decompression bomb ends it alone; 0 sets no limit."""
    ledger_deadline_s: Annotated[float, Field(gt=0, le=60)] = 5.0
    """Seconds a request waits for its entry to become durable before it is refused."""
    warnings: tuple[str, ...] = ()
    """What `.env` holds that nobody reads; the command line and the log show it."""

    @classmethod
    def load(cls, home: Path | None = None) -> Settings:
        """Read environment and `.env`.

        Args:
            home: the directory to work in; `AEGIS_HOME` or the current directory where absent.

        Raises:
            SettingsError: with every problem found, each naming its file, line and key.
        """
        root = (home or Path(os.environ.get(HOME_VARIABLE) or ".")).expanduser().absolute()
        if not root.is_dir():
            raise SettingsError((SettingProblem(str(root), "", _NO_DIRECTORY),))
        found, warnings = _collect(root / ENV_FILE)
        values: dict[str, Any] = {key.lower(): item.value for key, item in found.items()}
        try:
            return cls(home=root, warnings=warnings, **values)
        except ValidationError as error:
            raise SettingsError(tuple(_explain(error, found))) from error

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - the signature is pydantic's
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Take only what `load` hands in: it has merged the sources and knows the line of each value."""
        return (init_settings,)

    @property
    def env_file(self) -> Path:
        """Where settings are kept."""
        return self.home / ENV_FILE

    @property
    def state_dir(self) -> Path:
        """What Aegis makes for itself; mode 0700."""
        return self.home / ".aegis"

    @property
    def confdir(self) -> Path:
        """The configuration directory of mitmproxy: holds the certificate authority and nothing else."""
        return self.state_dir / "ca"

    @property
    def ca_certificate(self) -> Path:
        """The public certificate that agents trust."""
        return self.confdir / "mitmproxy-ca-cert.pem"

    @property
    def log_file(self) -> Path:
        """The gateway's log."""
        return self.state_dir / "aegis.log"

    @property
    def vault_path(self) -> Path:
        """The vault's file."""
        return self.state_dir / "vault.db"

    @property
    def database_path(self) -> Path:
        """The ledger's file, absolute."""
        return self._resolve(self.database_url)

    @property
    def policy_path(self) -> Path:
        """The policy's file, absolute."""
        return self._resolve(self.policy_file)

    def _resolve(self, path: str) -> Path:
        return self.home / Path(path).expanduser()


@dataclass(frozen=True, slots=True)
class _Found:
    source: str
    value: str


def _names() -> list[str]:
    return [name.upper() for name in Settings.model_fields if name not in {"home", "warnings"}]


def _collect(env_file: Path) -> tuple[dict[str, _Found], tuple[str, ...]]:
    """Return each setting with where it was found, the environment winning, and warnings about the rest."""
    found: dict[str, _Found] = {}
    warnings: list[str] = []
    known = _names()
    for line, key, value in _read_env(env_file):
        if key.upper() in known:
            found[key.upper()] = _Found(f"{env_file}:{line}", value)
        elif key.upper() != HOME_VARIABLE:
            warnings.append(f"{env_file}:{line}: {_unknown(key, known)}")
    for key in known:
        if os.environ.get(key):
            found[key] = _Found("environment", os.environ[key])
    return found, tuple(warnings)


def _read_env(path: Path) -> list[tuple[int, str, str]]:
    """Return (line, key, value) of each assignment in a `.env` file; a missing file has none."""
    try:
        text = path.read_text("utf-8-sig")
    except FileNotFoundError:
        return []
    except OSError as error:
        raise SettingsError((SettingProblem(str(path), "", f"cannot be read: {error.strerror}"),)) from error
    except UnicodeDecodeError as error:
        raise SettingsError((SettingProblem(str(path), "", "is not UTF-8 text"),)) from error
    assignments: list[tuple[int, str, str]] = []
    problems: list[SettingProblem] = []
    for binding in parse_stream(io.StringIO(text)):
        blank = len(binding.original.string) - len(binding.original.string.lstrip())
        line = binding.original.line + binding.original.string[:blank].count("\n")
        if binding.error or (binding.key is not None and binding.value is None):
            problems.append(SettingProblem(f"{path}:{line}", binding.key or "", "expected KEY=value"))
        elif binding.key is not None and binding.value is not None:
            assignments.append((line, binding.key, binding.value))
    if problems:
        raise SettingsError(tuple(problems))
    return assignments


def _unknown(key: str, known: list[str]) -> str:
    near = difflib.get_close_matches(key.upper(), known, n=1)
    return f"{key} is not a setting and is ignored" + (f"; did you mean {near[0]}?" if near else "")


def _lower_first(message: str) -> str:
    return message[:1].lower() + message[1:] if message[1:2].islower() else message


def _explain(error: ValidationError, found: dict[str, _Found]) -> list[SettingProblem]:
    problems = []
    for item in error.errors(include_url=False):
        key = str(item["loc"][0]).upper()
        message = item["msg"].removeprefix("Value error, ")
        if key != "DATABASE_URL":  # a database address may hold a password
            message += f", got {item['input']!r}"
        problems.append(SettingProblem(found[key].source, key, _lower_first(message)))
    return problems
