"""What receipts are checked against, as the checker got hold of it."""

from collections.abc import Sequence
from typing import Protocol

import msgspec

from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId


class EpochEvidence(msgspec.Struct, frozen=True, kw_only=True):
    """One frozen catalogue as bytes.

    `leaves` are the hashes of its tree's leaves as published, header first; empty when not at
    hand. With them an altered epoch is located to the header or to 64 rows. `replaced_ms` is when
    the next epoch was frozen, or -1 while there is none.
    """

    header: bytes
    rows: bytes | memoryview
    leaves: tuple[bytes, ...] = ()
    replaced_ms: int = -1


class Evidence(Protocol):
    """Where the inputs named in receipts are found. None or nothing stands for "not at hand".

    What comes back need not be trusted: each answer is checked against the receipt. The same
    answer should be the same object each time it is asked for, since parsed forms are kept by
    identity; another object is parsed anew.
    """

    def epoch(self, number: int) -> EpochEvidence | None:
        """The epoch of that number."""
        ...

    def weights(self, digest: Digest) -> bytes | None:
        """The weights file of that digest."""
        ...

    def policy(self, digest: Digest) -> bytes | None:
        """The policy file of that digest."""
        ...

    def hour_key(self, hour: int) -> bytes | None:
        """The revealed key of that hour since 1970."""
        ...

    def events(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        """The canonical events `after` + 1 .. `upto` of the viewer's chain, or fewer if the
        chain at hand ends before."""
        ...


class SignedReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """One receipt as the checker holds it.

    `previous` is the id of the receipt the checker holds for this viewer's request before (None:
    not at hand, so that the receipt's own word is taken; NO_DIGEST before the first).
    """

    receipt: bytes
    signature: bytes
    previous: Digest | None = None


class ReplayInputs(msgspec.Struct, frozen=True, kw_only=True):
    """All that one slate was made from, for checking it alone. None stands for "not at hand".

    `weights` are those the receipt names; `main_weights` the epoch's, where those are a line's and
    the epoch names centroids. `events` are the canonical events 1, 2, 3, … of the viewer's chain,
    at least as many as the receipt folds; `public_keys` are those that may have signed it.
    """

    receipt: bytes
    signature: bytes
    public_keys: Sequence[bytes]
    epoch: EpochEvidence | None
    weights: bytes | None
    policy: bytes | None
    events: Sequence[bytes]
    hour_key: bytes | None
    previous: Digest | None = NO_DIGEST
    main_weights: bytes | None = None


class OneSlate:
    """`ReplayInputs` seen as `Evidence`."""

    def __init__(self, inputs: ReplayInputs) -> None:
        self._inputs = inputs

    def epoch(self, number: int) -> EpochEvidence | None:  # noqa: ARG002 - one slate, one epoch
        """The one epoch."""
        return self._inputs.epoch

    def weights(self, digest: Digest) -> bytes | None:
        """The one weights file, or that of the main weights beside it."""
        main = self._inputs.main_weights
        is_main = main is not None and digest_of(main) == digest
        return main if is_main else self._inputs.weights

    def policy(self, digest: Digest) -> bytes | None:  # noqa: ARG002
        """The one policy file."""
        return self._inputs.policy

    def hour_key(self, hour: int) -> bytes | None:  # noqa: ARG002
        """The one hour key."""
        return self._inputs.hour_key

    def events(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:  # noqa: ARG002
        """The one viewer's events."""
        return self._inputs.events[after:upto]
