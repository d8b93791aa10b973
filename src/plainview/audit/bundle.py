"""A bundle: one viewer's receipts with all they are checked from, in one JSON file."""

import binascii
import json
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from plainview.audit.evidence import EpochEvidence, Evidence
from plainview.core.catalogue import EpochRefused, parse_header
from plainview.core.receipts import parse_receipt
from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId

SPEC: Final = "bundle-v1"
ROWS_BYTES_MAX: Final = 1 << 30
"""Rows of one epoch never unpack to more than this (6 million videos)."""


class BadBundle(ValueError):
    """The file is not a bundle: ask for it again."""


class Bundle(msgspec.Struct, frozen=True, kw_only=True):
    """Receipts in order of number, and evidence for them. It satisfies `Evidence`.

    `public_key` signs now; `former_keys` may have signed too.
    """

    public_key: bytes
    former_keys: tuple[bytes, ...] = ()
    receipts: tuple[tuple[bytes, bytes], ...]
    epochs: Mapping[int, EpochEvidence]
    weights_files: Mapping[Digest, bytes]
    policy_files: Mapping[Digest, bytes]
    hour_keys: Mapping[int, bytes]
    chains: Mapping[ViewerId, tuple[bytes, ...]]

    @property
    def public_keys(self) -> tuple[bytes, ...]:
        """All keys that may have signed, the one in force first."""
        return (self.public_key, *self.former_keys)

    def epoch(self, number: int) -> EpochEvidence | None:
        """See `Evidence`."""
        return self.epochs.get(number)

    def weights(self, digest: Digest) -> bytes | None:
        """See `Evidence`."""
        return self.weights_files.get(digest)

    def policy(self, digest: Digest) -> bytes | None:
        """See `Evidence`."""
        return self.policy_files.get(digest)

    def hour_key(self, hour: int) -> bytes | None:
        """See `Evidence`."""
        return self.hour_keys.get(hour)

    def events(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        """See `Evidence`."""
        return self.chains.get(viewer, ())[after:upto]


def gather_bundle(
    pairs: Sequence[tuple[bytes, bytes]],
    *,
    evidence: Evidence,
    public_key: bytes,
    former_keys: Sequence[bytes] = (),
) -> Bundle:
    """All that `evidence` has for these (receipt, signature) pairs of one viewer.

    What it lacks is left out, and shows as missing when the bundle is checked. Of the viewer's
    events only those that a receipt folds are in it.

    Raises: BadReceipt: one of them is no receipt.
    """
    receipts = [parse_receipt(receipt) for receipt, _ in pairs]
    epochs, weights, policies, hour_keys = {}, {}, {}, {}
    longest: dict[ViewerId, int] = {}
    for receipt in receipts:
        if (epoch := evidence.epoch(receipt.epoch)) is not None:
            epochs[receipt.epoch] = epoch
        for digest in (receipt.weights, *_main_weights(epoch)):
            if (file := evidence.weights(digest)) is not None:
                weights[digest] = file
        if (file := evidence.policy(receipt.policy_digest)) is not None:
            policies[receipt.policy_digest] = file
        if (key := evidence.hour_key(receipt.hour)) is not None:
            hour_keys[receipt.hour] = key
        longest[receipt.viewer] = max(longest.get(receipt.viewer, 0), receipt.events_n)
    return Bundle(
        public_key=public_key,
        former_keys=tuple(former_keys),
        receipts=tuple(pairs),
        epochs=epochs,
        weights_files=weights,
        policy_files=policies,
        hour_keys=hour_keys,
        chains={
            viewer: tuple(evidence.events(viewer, after=0, upto=n)) for viewer, n in longest.items()
        },
    )


def _main_weights(epoch: EpochEvidence | None) -> tuple[Digest, ...]:
    """Those whose centroids divide the epoch's rows, whichever weights ranked."""
    if epoch is None:
        return ()
    try:
        header = parse_header(epoch.header)
    except EpochRefused:
        return ()
    return () if header.centroids == NO_DIGEST else (header.weights,)


def encode_bundle(bundle: Bundle) -> bytes:
    """The file; its form is in `specs/receipt-v1.md` §6."""
    fields: dict[str, Any] = {
        "spec": SPEC,
        "public_key": b64encode(bundle.public_key).decode(),
        "receipts": [
            {"receipt": receipt.decode(), "signature": b64encode(signature).decode()}
            for receipt, signature in bundle.receipts
        ],
        "epochs": {
            str(number): {
                "header": epoch.header.decode(),
                "rows": b64encode(zlib.compress(epoch.rows, 6)).decode(),
                "leaves": [leaf.hex() for leaf in epoch.leaves],
                "replaced_ms": epoch.replaced_ms,
            }
            for number, epoch in bundle.epochs.items()
        },
        "weights": {name: b64encode(data).decode() for name, data in bundle.weights_files.items()},
        "policies": {name: data.decode() for name, data in bundle.policy_files.items()},
        "hour_keys": {str(hour): key.hex() for hour, key in bundle.hour_keys.items()},
        "events": {
            viewer: [event.decode() for event in chain] for viewer, chain in bundle.chains.items()
        },
    }
    if bundle.former_keys:
        fields["former_keys"] = [b64encode(key).decode() for key in bundle.former_keys]
    return json.dumps(fields, indent=1, sort_keys=True).encode()


def parse_bundle(data: bytes) -> Bundle:
    """Read a bundle. What is in it is not checked here, only that it has the form.

    Raises: BadBundle: another form, damaged base64 or zlib, or rows beyond ROWS_BYTES_MAX.
    """
    try:
        return _read(json.loads(data))
    except BadBundle:
        raise
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, zlib.error) as error:
        raise BadBundle(f"it does not have the form of a bundle: {error!r}") from error


def _read(fields: Any) -> Bundle:
    if fields["spec"] != SPEC:
        raise BadBundle(f"its spec is {fields['spec']!r}, not {SPEC!r}")
    return Bundle(
        public_key=_unbase64(fields["public_key"]),
        former_keys=tuple(_unbase64(key) for key in fields.get("former_keys", ())),
        receipts=tuple(
            (entry["receipt"].encode(), _unbase64(entry["signature"]))
            for entry in fields["receipts"]
        ),
        epochs={int(number): _epoch(entry) for number, entry in fields["epochs"].items()},
        weights_files={Digest(k): _unbase64(v) for k, v in fields["weights"].items()},
        policy_files={Digest(k): v.encode() for k, v in fields["policies"].items()},
        hour_keys={int(k): bytes.fromhex(v) for k, v in fields["hour_keys"].items()},
        chains={
            ViewerId(viewer): tuple(event.encode() for event in chain)
            for viewer, chain in fields["events"].items()
        },
    )


def _unbase64(text: Any) -> bytes:
    try:
        return b64decode(text, validate=True)
    except binascii.Error as error:
        raise BadBundle(f"damaged base64: {error}") from error


def _epoch(entry: Any) -> EpochEvidence:
    unpacker = zlib.decompressobj()
    rows = unpacker.decompress(_unbase64(entry["rows"]), ROWS_BYTES_MAX)
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise BadBundle("an epoch's rows are cut short, or too many")
    return EpochEvidence(
        header=entry["header"].encode(),
        rows=rows,
        leaves=tuple(bytes.fromhex(leaf) for leaf in entry["leaves"]),
        replaced_ms=int(entry["replaced_ms"]),
    )
