"""Canonical JSON: one value, one sequence of bytes. Used wherever bytes are hashed or signed."""

import json

INT_BOUND = 2**53
"""Integers on the wire are smaller than this in magnitude: JavaScript reads them exactly."""

Canonical = int | str | list["Canonical"] | dict[str, "Canonical"]

_ENCODER = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False)


class NotCanonical(ValueError):
    """The value or bytes have no canonical form; the message says where. Refuse the input."""


def _check(value: object, where: str) -> None:
    if isinstance(value, bool) or value is None or isinstance(value, float):
        raise NotCanonical(f"{where}: only integers, ASCII strings, lists and objects are allowed")
    if isinstance(value, int):
        if not -INT_BOUND < value < INT_BOUND:
            raise NotCanonical(f"{where}: {value} is not below 2**53 in magnitude")
    elif isinstance(value, str):
        if not value.isascii():
            raise NotCanonical(f"{where}: text must be ASCII")
    elif isinstance(value, list | tuple):
        for i, item in enumerate(value):
            _check(item, f"{where}[{i}]")
    elif isinstance(value, dict):
        for key, item in value.items():
            if not isinstance(key, str) or not key.isascii():
                raise NotCanonical(f"{where}: keys must be ASCII strings")
            _check(item, f"{where}.{key}")
    else:
        raise NotCanonical(f"{where}: {type(value).__name__} has no canonical form")


def canonical_json(value: object) -> bytes:
    """Encode `value` as canonical JSON.

    Keys sorted by code point, no white space, integers in decimal, strings ASCII with JSON's short
    escapes (control characters as \\u00xx in lower-case hex). No floats, booleans or null.

    Raises: NotCanonical: a value outside those kinds, or an integer of 2**53 or more.

    >>> canonical_json({"b": [1, "x"], "a": -2})
    b'{"a":-2,"b":[1,"x"]}'
    """
    _check(value, "$")
    return _ENCODER.encode(value).encode()


def parse_canonical(data: bytes) -> dict[str, Canonical]:
    """Decode an object from canonical JSON, refusing bytes that are not the canonical ones.

    Raises: NotCanonical: not JSON, not an object, or not the one canonical encoding of its value.
    """
    try:
        value = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise NotCanonical(f"not JSON: {error}") from error
    if not isinstance(value, dict):
        raise NotCanonical("not a JSON object")
    if canonical_json(value) != data:
        raise NotCanonical("not in canonical form (key order, white space or escapes differ)")
    return value
