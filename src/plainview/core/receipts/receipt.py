"""A receipt: every input of one slate, in the bytes or named in them by hash, and the slate."""

import re
from hashlib import sha256
from typing import Final

import msgspec

from plainview.core.terms.canonical import INT_BOUND, Canonical
from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.slate import Context

SPEC: Final = "receipt-v1"
UNLOGGED: Final = "unlogged"
LOGGED: Final = "logged"
"""Whether the `source` entry of the release stands under a recorded head of the public log."""
CHOOSERS: Final = ("viewer", "default")
SLOTS: Final = ("ranked", "explore", "owed", "repeat")
SLATE_MAX: Final = 20
PROPENSITY_UNIT: Final = 1 << 40
"""A propensity of this much is certainty."""
ID_BOUND: Final = 2**63

# For what `_read` lets through (integers in range, ASCII text) this writes canonical JSON.
_ENCODER = msgspec.json.Encoder(order="sorted")
_HEX32 = re.compile(r"[0-9a-f]{32}\Z")
_HEX64 = re.compile(r"[0-9a-f]{64}\Z")
_DECIMAL = re.compile(r"[1-9][0-9]{0,18}\Z")


class ReceiptError(ValueError):
    """Something about a receipt is not as it must be.

    ReceiptError
     ├── BadReceipt      the bytes are not a receipt: refuse them, play nothing from them
     ├── BadSeedInput    a key, nonce or hour of the wrong shape: a fault in the caller
     ├── BadArm          a salt or shares of the wrong shape: a fault in the caller
     ├── BadKey          not an Ed25519 key: stop, the edition's keys are damaged
     ├── BadSignature    the signer did not sign these bytes: refuse them, keep them as evidence
     └── BrokenChain     a receipt does not name the one before it: refuse, keep both as evidence
    """


class BadReceipt(ReceiptError):
    """The bytes are not a receipt; the message says where. Refuse them."""


class ShownVideo(msgspec.Struct, frozen=True, kw_only=True):
    """One place of the slate as the receipt states it; see `terms.slate.SlateItem`."""

    video: VideoId
    slot: str
    source: str
    propensity: int
    value: int


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What is in a receipt. Bytes and meaning of each field: `specs/receipt-v1.md`."""

    edition: str
    release: str
    viewer: ViewerId
    number: int
    nonce: str
    policy: str
    policy_digest: Digest
    chosen_by: str
    weights: Digest
    epoch: int
    epoch_root: Digest
    now_ms: int
    context: Context
    events_n: int
    events_head: Digest
    hour: int
    hour_commitment: Digest
    candidates: Digest
    values: Digest
    features: Digest
    slate: tuple[ShownVideo, ...]
    caught_up: int
    previous: Digest
    arm: str = ""
    release_state: str = UNLOGGED


def receipt_id(data: bytes) -> Digest:
    """The name of a receipt: SHA-256 of its exact bytes.

    >>> receipt_id(b"")[:8]
    'e3b0c442'
    """
    return Digest(sha256(data).hexdigest())


def encode_receipt(receipt: Receipt) -> bytes:
    """The one sequence of bytes of `receipt`.

    Raises: BadReceipt: a field is out of range, so that what is signed can always be read back.
    """
    fields: dict[str, Canonical] = {
        "spec": SPEC,
        "edition": receipt.edition,
        "release": receipt.release,
        "release_state": receipt.release_state,
        "viewer": receipt.viewer,
        "number": receipt.number,
        "nonce": receipt.nonce,
        "policy": receipt.policy,
        "policy_digest": receipt.policy_digest,
        "chosen_by": receipt.chosen_by,
        "arm": receipt.arm,
        "weights": receipt.weights,
        "epoch": receipt.epoch,
        "epoch_root": receipt.epoch_root,
        "now_ms": receipt.now_ms,
        "context": {
            "size": receipt.context.size,
            "language": receipt.context.language,
            "tz_min": receipt.context.tz_min,
            "age": receipt.context.age,
        },
        "events": {"n": receipt.events_n, "head": receipt.events_head},
        "hour": receipt.hour,
        "hour_commitment": receipt.hour_commitment,
        "candidates": receipt.candidates,
        "values": receipt.values,
        "features": receipt.features,
        "slate": [
            {
                "video": str(shown.video),
                "slot": shown.slot,
                "source": shown.source,
                "propensity": shown.propensity,
                "value": shown.value,
            }
            for shown in receipt.slate
        ],
        "caught_up": receipt.caught_up,
        "previous": receipt.previous,
    }
    _read(fields)
    return _ENCODER.encode(fields)


def parse_receipt(data: bytes) -> Receipt:
    """Read a receipt, refusing whatever `encode_receipt` would not have written.

    Raises: BadReceipt: not canonical JSON, a field missing, unknown or out of range.
    """
    try:
        fields = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadReceipt(f"not JSON: {error}") from error
    if not isinstance(fields, dict):
        raise BadReceipt("not a JSON object")
    receipt = _read(fields)
    if _ENCODER.encode(fields) != data:
        raise BadReceipt("not in canonical form (key order, white space or escapes differ)")
    return receipt


_FIELDS: Final = frozenset(
    (*(set(Receipt.__struct_fields__) - {"events_n", "events_head"}), "spec", "events")
)
_CONTEXT_FIELDS: Final = frozenset(("size", "language", "tz_min", "age"))
_SHOWN_FIELDS: Final = frozenset(("video", "slot", "source", "propensity", "value"))


def _read(fields: dict[str, Canonical]) -> Receipt:
    _exactly(fields, _FIELDS, "receipt")
    if fields["spec"] != SPEC:
        raise BadReceipt(f"spec is {fields['spec']!r}, not {SPEC!r}")
    context = _object(fields["context"], _CONTEXT_FIELDS, "context")
    events = _object(fields["events"], frozenset(("n", "head")), "events")
    places = fields["slate"]
    if not isinstance(places, list) or len(places) > SLATE_MAX:
        raise BadReceipt(f"slate: must be a list of at most {SLATE_MAX}")
    return Receipt(
        edition=_text(fields, "edition", 64),
        release=_digest(fields, "release"),
        release_state=_one_of(fields, "release_state", (UNLOGGED, LOGGED)),
        viewer=ViewerId(_match(fields, "viewer", _HEX32)),
        number=_integer(fields, "number", 1),
        nonce=_match(fields, "nonce", _HEX32),
        policy=_text(fields, "policy", 64),
        policy_digest=_digest(fields, "policy_digest"),
        chosen_by=_one_of(fields, "chosen_by", CHOOSERS),
        arm=_text(fields, "arm", 64, empty_too=True),
        weights=_digest(fields, "weights"),
        epoch=_integer(fields, "epoch", 0),
        epoch_root=_digest(fields, "epoch_root"),
        now_ms=_integer(fields, "now_ms", 0),
        context=Context(
            size=_integer(context, "size", 1, SLATE_MAX),
            language=_text(context, "language", 16, empty_too=True),
            tz_min=_integer(context, "tz_min", -1440, 1440),
            age=_text(context, "age", 16),
        ),
        events_n=_integer(events, "n", 0),
        events_head=_digest(events, "head"),
        hour=_integer(fields, "hour", 0),
        hour_commitment=_digest(fields, "hour_commitment"),
        candidates=_digest(fields, "candidates"),
        values=_digest(fields, "values"),
        features=_digest(fields, "features"),
        slate=tuple(_shown(place, f"slate[{i}]") for i, place in enumerate(places)),
        caught_up=_integer(fields, "caught_up", 0, 1),
        previous=_digest(fields, "previous"),
    )


def _shown(place: Canonical, where: str) -> ShownVideo:
    fields = _object(place, _SHOWN_FIELDS, where)
    video = int(_match(fields, "video", _DECIMAL))
    if video >= ID_BOUND:
        raise BadReceipt(f"{where}.video: {video} is not an id")
    return ShownVideo(
        video=VideoId(video),
        slot=_one_of(fields, "slot", SLOTS),
        source=_text(fields, "source", 32),
        propensity=_integer(fields, "propensity", 0, PROPENSITY_UNIT),
        value=_integer(fields, "value", 1 - INT_BOUND),
    )


def _exactly(fields: dict[str, Canonical], wanted: frozenset[str], where: str) -> None:
    if fields.keys() != wanted:
        missing, unknown = sorted(wanted - fields.keys()), sorted(fields.keys() - wanted)
        raise BadReceipt(f"{where}: missing {missing}, unknown {unknown}")


def _object(value: Canonical, wanted: frozenset[str], where: str) -> dict[str, Canonical]:
    if not isinstance(value, dict):
        raise BadReceipt(f"{where}: must be an object")
    _exactly(value, wanted, where)
    return value


def _integer(fields: dict[str, Canonical], name: str, least: int, most: int = INT_BOUND - 1) -> int:
    value = fields[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise BadReceipt(f"{name}: {value!r} is not an integer from {least} to {most}")
    return value


def _text(
    fields: dict[str, Canonical], name: str, length_max: int, *, empty_too: bool = False
) -> str:
    value = fields[name]
    if not isinstance(value, str) or len(value) > length_max or not (value or empty_too):
        raise BadReceipt(f"{name}: must be text of at most {length_max} characters")
    if not value.isascii():
        raise BadReceipt(f"{name}: must be ASCII")
    return value


def _one_of(fields: dict[str, Canonical], name: str, allowed: tuple[str, ...]) -> str:
    value = fields[name]
    if not isinstance(value, str) or value not in allowed:
        raise BadReceipt(f"{name}: {value!r} is not one of {list(allowed)}")
    return value


def _match(fields: dict[str, Canonical], name: str, pattern: re.Pattern[str]) -> str:
    value = fields[name]
    if not isinstance(value, str) or pattern.match(value) is None:
        raise BadReceipt(f"{name}: {value!r} does not have the form of a {name}")
    return value


def _digest(fields: dict[str, Canonical], name: str) -> Digest:
    return Digest(_match(fields, name, _HEX64))
