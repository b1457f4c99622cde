"""What can be wrong with a policy file, with the evidence to mend it.

    PolicyError                  anything that keeps a policy from loading ├── PolicyUnreadableError    the
    file is missing, too large, or not UTF-8 ├── PolicySyntaxError        it is not the YAML we read: broken,
    duplicate keys, too deep, too many aliases └── PolicyInvalidError       it is YAML, but not a policy:
    unknown keys, wrong types, bad values

Each error carries the file and every problem found; no message repeats a value that looks like a secret.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend."""

    line: int
    """1-based; 1 where the file as a whole is meant."""
    column: int
    """1-based."""
    key: str
    """Path of keys, `network.allowedPorts[2]`; empty for the file as a whole."""
    message: str
    """Lower case, without line break."""
    suggestion: str = ""
    """The nearest valid key, or what to do instead."""

    def describe(self, file: str) -> str:
        """Return `policy.yaml:12:3: unknown key 'alowedDomains'; did you mean 'allowedDomains'?`."""
        tail = f"; {self.suggestion}" if self.suggestion else ""
        return f"{file}:{self.line}:{self.column}: {self.message}{tail}"


class PolicyError(Exception):
    """A policy file that cannot be used; the last good policy stays in force."""

    def __init__(self, file: str, problems: tuple[Problem, ...]) -> None:
        super().__init__(file, problems)
        self.file = file
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(problem.describe(self.file) for problem in self.problems)

    @property
    def line(self) -> int:
        """Line of the first problem, 1-based."""
        return self.problems[0].line

    @property
    def column(self) -> int:
        """Column of the first problem, 1-based."""
        return self.problems[0].column

    @property
    def key(self) -> str:
        """Key path of the first problem."""
        return self.problems[0].key

    @property
    def message(self) -> str:
        """Message of the first problem."""
        return self.problems[0].message

    def hint(self) -> str:
        """Say what the operator can do."""
        suggestion = self.problems[0].suggestion
        return suggestion or f"mend line {self.line} of {self.file} and run `aegis policy check`"


class PolicyUnreadableError(PolicyError):
    """The file is missing, too large, or not UTF-8."""

    def hint(self) -> str:
        """Say what the operator can do."""
        return self.problems[0].suggestion or "run `aegis init`, or set POLICY_FILE to the policy's path"


class PolicySyntaxError(PolicyError):
    """The file is not the YAML that policies are written in."""


class PolicyInvalidError(PolicyError):
    """The file is YAML, but not a policy."""
