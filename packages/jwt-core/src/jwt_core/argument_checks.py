"""Type checks of arguments. Each message says what was expected and what to write instead.

The checks run when a key, a policy or a key set is built, and never for each token. No message
quotes an argument that may be a secret.
"""

import inspect
from collections.abc import Callable, Collection
from datetime import timedelta
from types import UnionType
from typing import Final

from jwt_core.algorithms import Algorithm

_ALGORITHM_MEMBERS: Final = {
    algorithm.value.lower(): f"Algorithm.{algorithm.name}" for algorithm in Algorithm
}


def check_type(
    name: str,
    value: object,
    expected_type: type | UnionType | tuple[type, ...],
    remedy: str,
    *,
    expected: str | None = None,
) -> None:
    """Check that the argument *name* is an instance of *expected_type*; reject a bool as a number.

    Args:
        name: Name of the argument.
        value: The argument.
        expected_type: The accepted type or types.
        remedy: What the caller should write instead.
        expected: How the message describes *expected_type*; by default its name.

    Raises:
        TypeError: *value* is of another type.
    """
    is_bool_as_number = isinstance(value, bool) and expected_type is not bool
    if isinstance(value, expected_type) and not is_bool_as_number:
        return
    default = expected_type.__name__ if isinstance(expected_type, type) else str(expected_type)
    raise TypeError(_build_message(name, expected or default, value, remedy))


def check_text(name: str, value: object) -> None:
    """Check that the argument *name* is a str.

    Raises:
        TypeError: *value* is of another type.
    """
    is_binary = isinstance(value, bytes | bytearray | memoryview)
    check_type(name, value, str, "decode it first" if is_binary else f"write {name}='...'")


def check_optional_text(name: str, value: object) -> None:
    """Check that the argument *name* is a str or None.

    Raises:
        TypeError: *value* is of another type.
    """
    if value is not None:
        check_text(name, value)


def check_duration(name: str, value: object) -> None:
    """Check that the argument *name* is a timedelta.

    Raises:
        TypeError: *value* is of another type.
    """
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    seconds = value if is_number else 30
    check_type(name, value, timedelta, f"write {name}=timedelta(seconds={seconds})")


def check_members(
    name: str, value: object, container: type[Collection[object]], member: type, remedy: str
) -> None:
    """Check that the argument *name* has type *container*, and each of its members type *member*.

    Raises:
        TypeError: *value* or a member is of another type.
    """
    if isinstance(value, container) and all(isinstance(item, member) for item in value):
        return
    expected = f"{container.__name__} of {member.__name__}"
    raise TypeError(_build_message(name, expected, value, remedy))


def check_algorithm(name: str, value: object) -> None:
    """Check that the argument *name* is a member of `Algorithm`; a plain str is rejected.

    Raises:
        TypeError: *value* is of another type.
    """
    known = _name_algorithms([value])
    remedy = known[0] if known else f"one of {', '.join(_ALGORITHM_MEMBERS.values())}"
    check_type(name, value, Algorithm, f"write {remedy}")


def check_optional_algorithm(name: str, value: object) -> None:
    """Check that the argument *name* is a member of `Algorithm` or None.

    Raises:
        TypeError: *value* is of another type.
    """
    if value is not None:
        check_algorithm(name, value)


def check_algorithms(name: str, value: object) -> None:
    """Check that the argument *name* is a frozenset of members of `Algorithm`.

    Raises:
        TypeError: *value* or a member is of another type.
    """
    given = value if isinstance(value, set | frozenset | list | tuple) else [value]
    known = _name_algorithms(given)
    remedy = f"write {name}=frozenset({{{', '.join(known or _ALGORITHM_MEMBERS.values())}}})"
    check_members(name, value, frozenset, Algorithm, remedy)


def check_function(name: str, value: object, remedy: str) -> Callable[..., object]:
    """Check that the argument *name* is callable, and not a coroutine function.

    Returns:
        *value*.

    Raises:
        TypeError: *value* is of another type.
    """
    if not callable(value):
        raise TypeError(_build_message(name, "function", value, remedy))
    if inspect.iscoroutinefunction(value):  # its result would be ignored: nobody awaits it
        message = f"{name}: expected function, got coroutine function; {remedy}"
        raise TypeError(message)
    return value


def _name_algorithms(values: Collection[object]) -> list[str]:
    texts = {value.lower() for value in values if isinstance(value, str)}
    return [member for text, member in _ALGORITHM_MEMBERS.items() if text in texts]


def _build_message(name: str, expected: str, value: object, remedy: str) -> str:
    given = type(value).__name__
    if isinstance(value, set | frozenset | list | tuple) and value:
        members = sorted({type(item).__name__ for item in value})
        given = f"{given} of {' and '.join(members)}"
    return f"{name}: expected {expected}, got {given}; {remedy}"
