"""Check receipts: recompute a viewer's last slates from what is stored, apart from what serves."""

from base64 import b64decode
from collections import OrderedDict
from collections.abc import Sequence

import numpy as np

from plainview.audit.evidence import EpochEvidence
from plainview.audit.replay import replay_many, with_previous
from plainview.audit.verdict import Verdict
from plainview.core.catalogue import BadRows, DeltaRefused
from plainview.core.history import HistoryError, Trust, TrustDocument, check_trust, parse_entry
from plainview.core.terms.epoch import Rows
from plainview.core.terms.ids import Digest, ViewerId
from plainview.flows.read_epoch import NoEpoch, read_leaves, read_rows
from plainview.ports.objects import NoObject, Objects
from plainview.ports.serving import EpochFiles, ServingReads
from plainview.ports.tlog import LogReads
from plainview.ports.view import ViewReads

EPOCHS_KEPT = 4
FILES_KEPT = 32
FILES_BYTES_MAX = 160 << 20
"""Objects kept, at most: weights that place a million videos are 69 MB each."""


class StoredEvidence:
    """`Evidence` from the database, the objects and the epochs' files of one data folder.

    Keeps the last few answers, so that the same question gets the same object. Not safe to share
    between threads.
    """

    def __init__(
        self,
        *,
        views: ViewReads,
        reads: ServingReads,
        files: EpochFiles,
        objects: Objects,
        epochs_kept: int = EPOCHS_KEPT,
    ) -> None:
        self._kept = epochs_kept
        self._views = views
        self._reads = reads
        self._files = files
        self._objects = objects
        self._epochs: OrderedDict[int, EpochEvidence] = OrderedDict()
        self._known: tuple[int, Rows] | None = None
        self._leaves: tuple[int, tuple[bytes, ...]] | None = None
        self._bytes: OrderedDict[Digest, bytes] = OrderedDict()

    def epoch(self, number: int) -> EpochEvidence | None:
        """See `Evidence`."""
        if number not in self._epochs:
            record = self._reads.epoch(number)
            if record is None:
                return None
            known = self._known if self._known and self._known[0] < number else None
            rows: Rows | None
            try:
                rows = read_rows(record, reads=self._reads, files=self._files, known=known)
                self._known = (number, rows)
            except (NoEpoch, FileNotFoundError):
                return None
            except (DeltaRefused, BadRows):
                # Damaged files are no epoch; what is left of this one is handed on as it lies.
                rows = None
            after = self._reads.epoch(number + 1)
            held = self._leaves if self._leaves and self._leaves[0] < number else None
            leaves = read_leaves(record, reads=self._reads, files=self._files, known=held)
            self._leaves = (number, leaves) if leaves else None
            self._epochs[number] = EpochEvidence(
                header=record.header,
                rows=self._files.read(record.file) if rows is None else rows.view(np.uint8).data,
                leaves=leaves,
                replaced_ms=after.served_ms if after else -1,
            )
            while len(self._epochs) > self._kept:
                self._epochs.popitem(last=False)
        return self._epochs[number]

    def forget_epochs_but_newest(self) -> None:
        """Keep the epoch asked for last alone."""
        while len(self._epochs) > 1:
            self._epochs.popitem(last=False)

    def weights(self, digest: Digest) -> bytes | None:
        """See `Evidence`."""
        return self._object(digest)

    def policy(self, digest: Digest) -> bytes | None:
        """See `Evidence`."""
        return self._object(digest)

    def hour_key(self, hour: int) -> bytes | None:
        """See `Evidence`."""
        found = self._reads.hour_key(hour)
        return found.key if found else None

    def events(self, viewer: ViewerId, *, after: int, upto: int) -> Sequence[bytes]:
        """See `Evidence`."""
        found = self._views.chain_after(viewer, after)
        return found[1][: max(upto - after, 0)] if found else ()

    def _object(self, digest: Digest) -> bytes | None:
        if digest not in self._bytes:
            try:
                self._bytes[digest] = self._objects.get(digest)
            except NoObject:
                return None
            held = sum(map(len, self._bytes.values()))
            while len(self._bytes) > 1 and (
                len(self._bytes) > FILES_KEPT or held > FILES_BYTES_MAX
            ):
                held -= len(self._bytes.popitem(last=False)[1])
        return self._bytes[digest]


def receipt_keys(reads: LogReads, *, in_force: bytes) -> tuple[bytes, ...]:
    """The raw keys that may have signed receipts: `in_force` first, then each that a version of the
    root of trust in the log names. A version that is damaged or not signed as it must be names
    none, nor do those after it.
    """
    keys = {in_force: None}
    before: TrustDocument | None = None
    for body in reads.entries_of(("trust",), first=0, before=reads.entries_count()):
        try:
            entry = parse_entry(body)
            assert isinstance(entry, Trust), "it was asked for by its type"
            signatures = [(one.key, one.signature) for one in entry.signatures]
            before = check_trust(entry.document.encode(), signatures, before=before)
        except HistoryError:
            break
        keys |= dict.fromkeys(b64decode(key) for key in before.receipt_keys)
    return tuple(keys)


def check_receipts(
    viewer: ViewerId,
    *,
    last: int,
    views: ViewReads,
    evidence: StoredEvidence,
    public_keys: Sequence[bytes],
) -> list[Verdict]:
    """The verdicts on the viewer's newest `last` receipts, oldest first.

    Recomputed from stored inputs with code that serving does not go through: what a process serves
    from memory plays no part in it.
    """
    newest_last = reversed(views.last_receipts(viewer, last + 1))
    pairs = [(one.receipt, one.signature) for one in newest_last]
    signed = with_previous(pairs)[-last:]
    verdicts = replay_many(signed, evidence=evidence, public_keys=public_keys)
    return sorted(verdicts, key=lambda verdict: verdict.number)
