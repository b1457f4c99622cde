"""From a policy file to a compiled policy, or to every reason why not.

Owns the way in: reading, validating, compiling, and the wording of what is wrong. Invariant: the result is a
complete policy or a `PolicyError` that names file, line and key of each problem; never half a policy, never
another exception.
"""

from __future__ import annotations

import difflib
from hashlib import sha256
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Any, Final, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from policy.compiled import Policy, compile_policy
from policy.errors import PolicyInvalidError, PolicySyntaxError, PolicyUnreadableError, Problem
from policy.evidence import masked
from policy.model import PolicyDocument, RepeatedValueError
from policy.source import Source, key_path, read

if TYPE_CHECKING:
    from pathlib import Path

    from policy.source import Path as KeyPath

_LARGEST_FILE: Final = 1 << 20
_MOST_PROBLEMS: Final = 50
_NEAR: Final = 0.6

_WORDING: Final = {
    "missing": "the key is missing",
    "tuple_type": "expected a list",
    "dict_type": "expected keys with values",
    "model_type": "expected keys with values",
    "model_attributes_type": "expected keys with values",
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "bool_type": "expected true or false",
    "too_short": "expected at least one entry",
    "finite_number": "expected a finite number",
}


def load_policy(path: Path) -> Policy:
    """Load a policy file.

    Raises:
        PolicyUnreadableError: the file is missing, not a regular file, larger than 1 MiB, or not UTF-8.
        PolicySyntaxError: it is not the YAML that policies are written in.
        PolicyInvalidError: it is not a policy; all problems are listed.
    """
    name = path.name
    try:
        if not path.is_file():
            raise _unreadable(name, "the file does not exist or is not a regular file")
        with path.open("rb") as file:
            content = file.read(_LARGEST_FILE + 1)
    except (OSError, ValueError) as error:
        raise _unreadable(name, f"the file cannot be read: {_why(error)}") from error
    return _parse(content, name)


def parse_policy(text: str, file: str) -> Policy:
    """Load a policy from text; `file` is the name for messages.

    Raises:
        PolicyError: as `load_policy`.
    """
    try:
        return _parse(text.encode(), file)
    except UnicodeEncodeError as error:
        raise _unreadable(file, "the text has characters that UTF-8 cannot carry") from error


def _parse(content: bytes, file: str) -> Policy:
    if len(content) > _LARGEST_FILE:
        raise _unreadable(file, f"the file is larger than {_LARGEST_FILE} bytes", "keep the policy shorter")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        problem = Problem(line, 1, "", "the file is not UTF-8", "save it as UTF-8")
        raise PolicyUnreadableError(file, (problem,)) from error
    source = read(text, file)
    if not isinstance(source.value, dict):
        place = source.place(())
        is_empty = source.value is None
        message = "the file is empty" if is_empty else "expected keys with values at the top level"
        suggestion = "start from the policy that `aegis init` writes"
        raise PolicySyntaxError(file, (Problem(place.line, place.column, "", message, suggestion),))
    try:
        document = PolicyDocument.model_validate(source.value)
    except ValidationError as error:
        raise PolicyInvalidError(file, _problems(error, source)) from error
    return compile_policy(document, source, file, f"sha256:{sha256(content).hexdigest()}")


def _unreadable(file: str, message: str, suggestion: str = "") -> PolicyUnreadableError:
    return PolicyUnreadableError(file, (Problem(1, 1, "", message, suggestion),))


def _why(error: OSError | ValueError) -> str:
    return (
        (error.strerror or "input/output error").lower()
        if isinstance(error, OSError)
        else "the path is malformed"
    )


def _problems(error: ValidationError, source: Source) -> tuple[Problem, ...]:
    """Word each error in terms of the file, in the order of its lines, without repeating any value."""
    found = {
        _problem(dict(details), source) for details in error.errors(include_url=False, include_input=False)
    }
    return tuple(sorted(found, key=lambda problem: (problem.line, problem.column)))[:_MOST_PROBLEMS]


def _problem(details: dict[str, Any], source: Source) -> Problem:
    reason = details.get("ctx", {}).get("error")
    path = _known_path(reason.place if isinstance(reason, RepeatedValueError) else details["loc"], source)
    kind = details["type"]
    if kind == "extra_forbidden":
        return _unknown_key(path, source)
    message = _WORDING.get(kind)
    if message is None:
        message = str(reason) if kind == "value_error" else _lower(details["msg"])
    if kind == "missing":
        message = f"the key '{details['loc'][-1]}' is missing"
    place = source.place(path)
    shown = key_path(path)
    return Problem(place.line, place.column, shown, f"{shown}: {message}" if shown else message)


def _known_path(location: tuple[str | int, ...], source: Source) -> KeyPath:
    """Return the part of pydantic's location that stands in the file; the rest are names of types."""
    path: KeyPath = ()
    for part in location:
        if (*path, part) in source.values or (*path, part) in source.keys:
            path = (*path, part)
    return path


def _unknown_key(path: KeyPath, source: Source) -> Problem:
    key = str(path[-1])
    place = source.place(path, is_key=True)
    near = difflib.get_close_matches(key[:80], _valid_keys(path[:-1]), n=1, cutoff=_NEAR)
    lower = {name.lower(): name for name in _valid_keys(path[:-1])}
    best = lower.get(key.lower().replace("_", "").replace("-", "")) or (near[0] if near else "")
    suggestion = f"did you mean '{best}'?" if best else _list_keys(path[:-1])
    return Problem(place.line, place.column, key_path(path), f"unknown key '{masked(key, 60)}'", suggestion)


def _list_keys(path: KeyPath) -> str:
    return f"known keys: {', '.join(_valid_keys(path))}"


def _valid_keys(path: KeyPath) -> list[str]:
    """Return the aliases of the model at a path of the file."""
    kind: Any = PolicyDocument
    for part in path:
        model = _model_in(kind)
        if model is not None and isinstance(part, str):
            kind = next((info.annotation for info in model.model_fields.values() if info.alias == part), None)
    model = _model_in(kind)
    return [str(info.alias) for info in model.model_fields.values()] if model else []


def _model_in(kind: Any) -> type[BaseModel] | None:
    """Return the model inside `Model`, `Model | None` or `tuple[Model, ...]`."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return kind
    if get_origin(kind) in {tuple, Union, UnionType}:
        inner = (_model_in(part) for part in get_args(kind) if part not in {NoneType, Ellipsis})
        return next((model for model in inner if model is not None), None)
    return None


def _lower(message: str) -> str:
    return message[:1].lower() + message[1:]
