"""Log an interval: one root over commitments to the receipts, one over those to the events."""

import msgspec

from plainview.core.history import batch_of, commitment, record_salt
from plainview.core.terms.ids import Digest
from plainview.ports.clock import Chance, Clock
from plainview.ports.commands import Writer
from plainview.ports.tlog import IntervalsEnd, LogReads, RecordInterval, RecordToCommit

RECORDS_MAX = 20_000
"""Events in one interval at most; a burst makes several, one after the other."""
APART_MS = 750
"""Between the ends of two intervals, unless the last one was full."""


class Commitments(msgspec.Struct, frozen=True):
    """What is said about a piece of the order of counting."""

    receipts: tuple[Digest, ...]
    events: tuple[Digest, ...]


def commitments_to(records: list[RecordToCommit], chance: Chance) -> Commitments:
    """A commitment to each event and to each receipt, in the order of counting.

    What belongs to a viewer whose secret was erased is committed to under a salt that nobody
    keeps: it still counts, and nothing can be connected with it.
    """
    receipts, events = [], []
    for record in records:
        secret = record.secret or chance.token(32)
        events.append(commitment(record_salt(secret, label="event", number=record.n), record.body))
        if record.receipt is not None:
            salt = record_salt(secret, label="receipt", number=record.number)
            receipts.append(commitment(salt, record.receipt))
    return Commitments(tuple(receipts), tuple(events))


class IntervalLogger:
    """Commits to what viewers did and were served. One thread at a time; a second process that
    does the same is refused by the writer and looks again."""

    def __init__(self, *, reads: LogReads, writer: Writer, clock: Clock, chance: Chance) -> None:
        self._reads = reads
        self._writer = writer
        self._clock = clock
        self._chance = chance

    def log_if_due(self) -> int:
        """Log what no interval holds; how many events that were, 0 when it is too early.

        Raises: Refused: another logged meanwhile, or the log has not begun. WriterGone.
        """
        end, now_ms = self._reads.intervals_end(), self._clock.now_ms()
        if end is None or now_ms < end.at_ms + APART_MS:
            return 0
        return self.log(end, now_ms=now_ms)

    def log(self, end: IntervalsEnd, *, now_ms: int) -> int:
        """Log all there is after `end`, in as many intervals as it needs."""
        total = 0
        while records := list(self._reads.records_after(end.seq, count=RECORDS_MAX)):
            made = commitments_to(records, self._chance)
            receipts, events = batch_of(made.receipts), batch_of(made.events)
            leaves = bytes.fromhex("".join((*made.receipts, *made.events)))
            self._writer.submit(
                RecordInterval(
                    number=end.number + 1,
                    after_seq=end.seq,
                    upto_seq=records[-1].seq,
                    from_ms=min(end.at_ms, now_ms),
                    to_ms=now_ms,
                    receipts_count=receipts.count,
                    receipts_root=Digest(receipts.root),
                    events_count=events.count,
                    events_root=Digest(events.root),
                    leaves=leaves,
                )
            )
            total += len(records)
            end = IntervalsEnd(number=end.number + 1, seq=records[-1].seq, at_ms=now_ms)
            if len(records) < RECORDS_MAX:
                break
        return total
