"""`MemoryIntake` with a public log: facts and their entries in memory. For tests.

Long, for it is one idea: each fact goes into its place and its entry into the log in one step, as
in the writer's transaction, so both sides of the port read the same lists.
"""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from plainview.core.events import parse_event
from plainview.core.history import (
    Access,
    Entry,
    HourKey,
    PromiseKept,
    PromiseRefused,
    Source,
    commitment,
    encode_entry,
    parse_entry,
    record_salt,
)
from plainview.core.terms.hashing import digest_of, leaf_hash, merkle_root
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId
from plainview.edge.memory_intake import MemoryIntake
from plainview.edge.stating import (
    state_decision,
    state_epoch,
    state_hours,
    state_interval,
    state_policies,
    state_promise,
    state_trust,
    state_weights,
)
from plainview.ports.commands import Command, Done, Refused
from plainview.ports.intake import DecideVideo, FinishReceiving, PublishVideo, RefuseUpload
from plainview.ports.serving import (
    EpochRecord,
    KeepHourKeys,
    OfferPolicies,
    PublishWeights,
    RecordEpoch,
)
from plainview.ports.tlog import (
    BeginLog,
    Cosignature,
    DecisionReason,
    IntervalRecord,
    IntervalsEnd,
    KeepCosignatures,
    LogHead,
    NoteAccess,
    PromiseRecord,
    ReceiptPlace,
    RecordHead,
    RecordInterval,
    RecordSource,
    RecordToCommit,
    RecordTrust,
    RevealHourKeys,
    StoredTrust,
    TrustRecord,
)

HOUR_MS = 3_600_000


def tag_of(body: bytes) -> str:
    """The type of an entry."""
    return str(parse_entry(body).__struct_config__.tag)


class _Promise(msgspec.Struct):
    commitment: Digest
    deadline_ms: int
    entry: int
    ended: int | None = None
    changed: int | None = None

    @property
    def is_open(self) -> bool:
        return self.ended is None


class MemoryLog(MemoryIntake):
    """`Writer` and `LogReads` in one, beside all that `MemoryIntake` is.

    Asserts what the writer may rely on: a head is over the entries that there are, an interval's
    counts are those of its commitments, and the log is begun before anything is stated.
    """

    def __init__(self) -> None:
        super().__init__()
        self._bodies: list[bytes] = []
        self._heads: list[LogHead] = []
        self._trusts: list[StoredTrust] = []
        self._sources: dict[Digest, int] = {}
        self._epoch_entries: dict[int, int] = {}
        self._intervals: list[IntervalRecord] = []
        self._begins = 0
        self._hours_logged: set[int] = set()
        self._hours_revealed: set[int] = set()
        self._promises: dict[str, _Promise] = {}
        self._cosigned: dict[str, Cosignature] = {}

    def submit(self, command: Command[Any]) -> Any:
        """See `Writer`."""
        carrying: dict[type[Command[Any]], Callable[[Any], Done]] = {
            BeginLog: self._begin_log,
            RecordTrust: self._record_trust,
            RecordSource: self._record_source,
            RecordHead: self._record_head,
            RecordInterval: self._record_interval,
            RevealHourKeys: self._reveal,
            NoteAccess: self._note_access,
            KeepCosignatures: self._keep_cosignatures,
        }
        carry = carrying.get(type(command))
        if carry is not None:
            return carry(command)
        before = self._state()
        answer = super().submit(command)
        if self._bodies and self._state() != before:
            self._state_fact(command, before)
        return answer

    def _state(self) -> tuple[Any, ...]:
        """What stated facts change."""
        return (
            len(self._epochs), len(self._weights), tuple(self._policies), frozenset(self._hours),
            len(self._decisions), tuple((u.id, u.stage) for u in self._uploads.values()),
        )  # fmt: skip

    def _state_fact(self, command: Command[Any], before: tuple[Any, ...]) -> None:
        match command:
            case RecordEpoch():
                self._log_epoch(command.epoch)
            case PublishWeights():
                self._log_weights(command, parent=self._weights[-2:-1])
            case OfferPolicies():
                self._append_entry(state_policies(command.policies, at_ms=command.at_ms))
            case KeepHourKeys():
                self._log_hours(set(self._hours) - before[3], command.at_ms)
            case DecideVideo():
                self._log_decision(len(self._decisions), command)
            case FinishReceiving():
                self._promise(command)
            case PublishVideo() if command.upload in self._promises:
                self._promises[command.upload].changed = int(self._facts["catalogue_changes"])
            case RefuseUpload() if command.upload in self._promises:
                promise = self._promises[command.upload]
                promise.ended = self._append_entry(
                    PromiseRefused(
                        upload=promise.commitment,
                        reason_code=command.reason.code,  # type: ignore[arg-type]
                        at_ms=command.at_ms,
                    )
                )

    def _append_entry(self, entry: Entry) -> int:
        if self._bodies:
            last = parse_entry(self._bodies[-1]).at_ms
            entry = msgspec.structs.replace(entry, at_ms=max(last, entry.at_ms))
        self._bodies.append(encode_entry(entry))
        return len(self._bodies) - 1

    def _secret(self, viewer: str) -> bytes:
        return bytes.fromhex(digest_of(f"secret of {viewer}".encode()))

    # ------------------------------------------------------------------------------------- facts

    def _begin_log(self, command: BeginLog) -> Done:
        if self._bodies:
            return Done()
        self._begins = len(self._order)
        self._keep_trust(command.trust, command.at_ms)
        self._keep_source(command.source, command.files, command.at_ms)
        if self._policies:
            self._append_entry(state_policies(self._policies, at_ms=command.at_ms))
        for at, digest in enumerate(self._weights):
            published = PublishWeights(
                digest=digest, recipe="starting-1", origin="starting", at_ms=command.at_ms
            )
            self._log_weights(published, parent=self._weights[max(at - 1, 0) : at])
        self._log_hours({h for h in self._hours if h >= command.at_ms // HOUR_MS}, command.at_ms)
        if self._epochs:
            self._log_epoch(self._epochs[-1])
        return Done()

    def _log_epoch(self, epoch: EpochRecord) -> None:
        roots = {one.number: one.root for one in self._epochs}
        stated = state_epoch(epoch, previous_root=roots.get(epoch.number - 1, NO_DIGEST))
        self._epoch_entries[epoch.number] = self._append_entry(stated)
        for upload, promise in self._promises.items():
            if promise.is_open and promise.changed is not None and promise.changed <= epoch.changed:
                video = self._uploads[upload].video
                promise.ended = self._append_entry(
                    PromiseKept(
                        upload=promise.commitment, video=str(video), epoch=epoch.number,
                        at_ms=epoch.served_ms,
                    )
                )  # fmt: skip

    def _log_weights(self, command: PublishWeights, *, parent: list[Digest]) -> None:
        self._append_entry(
            state_weights(
                command.digest, parent=parent[0] if parent else None, recipe=command.recipe,
                origin=command.origin, lineage=command.lineage, at_ms=command.at_ms,
            )
        )  # fmt: skip

    def _log_hours(self, hours: set[int], at_ms: int) -> None:
        for stated, run in state_hours([self._hours[hour] for hour in hours], at_ms=at_ms):
            self._append_entry(stated)
            self._hours_logged |= set(run)

    def _reason_salt(self, n: int, video: VideoId) -> bytes:
        creator = self._videos[video].creator.id
        return record_salt(self._secret(str(self.viewer_of(creator))), label="reason", number=n)

    def _log_decision(self, n: int, command: DecideVideo) -> None:
        salt = self._reason_salt(n, command.video)
        self._append_entry(
            state_decision(
                n, video=command.video, action=command.action, author=command.author,
                reason_code=command.reason_code, public_reason=command.public_reason, salt=salt,
                at_ms=command.at_ms,
            )
        )  # fmt: skip

    def _promise(self, command: FinishReceiving) -> None:
        promise = state_promise(
            command.receipt, secret=self._secret(self._uploads[command.upload].viewer),
            upload=command.upload, deadline_ms=command.publish_by_ms, at_ms=command.at_ms,
        )  # fmt: skip
        self._promises[command.upload] = _Promise(
            Digest(promise.upload), command.publish_by_ms, self._append_entry(promise)
        )

    # --------------------------------------------------------------------------- the log's own

    def _must_have_begun(self) -> None:
        if not self._bodies:
            raise Refused("no_log", "The log has not begun.")

    def _keep_trust(self, trust: TrustRecord, at_ms: int) -> None:
        entry = self._append_entry(state_trust(trust, at_ms=at_ms))
        self._trusts.append(StoredTrust(**msgspec.structs.asdict(trust), entry=entry))

    def _record_trust(self, command: RecordTrust) -> Done:
        version = len(self._trusts)
        trust = command.trust
        if version and self._trusts[-1].document == trust.document:
            return Done()
        if trust.version != version + 1:
            raise Refused("trust_taken", f"The next is {version + 1}.")
        self._keep_trust(trust, command.at_ms)
        return Done()

    def _keep_source(self, digest: Digest, files: int, at_ms: int) -> None:
        self._sources[digest] = self._append_entry(Source(digest=digest, files=files, at_ms=at_ms))

    def _record_source(self, command: RecordSource) -> Done:
        self._must_have_begun()
        if max(self._sources, key=lambda one: self._sources[one]) != command.digest:
            self._keep_source(command.digest, command.files, command.at_ms)
        return Done()

    def _record_head(self, command: RecordHead) -> Done:
        known = {head.size: head.root for head in self._heads}
        if command.size in known:
            if known[command.size] == command.root:
                return Done()
            raise Refused("head_differs", "Another root is recorded.")
        if not (max(known, default=0) < command.size <= len(self._bodies)):
            raise Refused("head_behind", "Look again.")
        root = merkle_root([leaf_hash(body) for body in self._bodies[: command.size]])
        assert root.hex() == command.root, "the root is not over the entries"
        self._heads.append(LogHead(size=command.size, root=command.root, at_ms=command.at_ms))
        return Done()

    def _record_interval(self, command: RecordInterval) -> Done:
        self._must_have_begun()
        end = self.intervals_end()
        assert end is not None, "the log has begun"
        if (end.number, end.seq) == (command.number, command.upto_seq):
            return Done()
        if (command.number, command.after_seq) != (end.number + 1, end.seq):
            raise Refused("interval_taken", "Look again.")
        count = command.receipts_count + command.events_count
        assert len(command.leaves) == 32 * count, "the commitments are not as many as said"
        entry = self._append_entry(state_interval(command))
        self._intervals.append(
            IntervalRecord(
                number=command.number, after_seq=command.after_seq, upto_seq=command.upto_seq,
                receipts=command.receipts_count, leaves=command.leaves, entry=entry,
            )
        )  # fmt: skip
        return Done()

    def _reveal(self, command: RevealHourKeys) -> Done:
        for hour in sorted(self._hours_logged - self._hours_revealed):
            if hour < command.at_ms // HOUR_MS:
                key = self._hours[hour].key.hex()
                self._append_entry(HourKey(hour=hour, key=key, at_ms=command.at_ms))
                self._hours_revealed.add(hour)
        return Done()

    def _note_access(self, command: NoteAccess) -> Done:
        self._must_have_begun()
        self._chain(command.viewer)
        number = len(self._bodies)
        salt = record_salt(self._secret(command.viewer), label="subject", number=number)
        self._append_entry(
            Access(
                subject=commitment(salt, command.viewer.encode()),
                reason_code=command.reason_code,  # type: ignore[arg-type]
                by=command.by,  # type: ignore[arg-type]
                at_ms=command.at_ms,
            )
        )
        return Done()

    def _keep_cosignatures(self, command: KeepCosignatures) -> Done:
        for one in command.cosignatures:
            assert any(head.size == one.size for head in self._heads), "of no recorded head"
            known = self._cosigned.get(one.witness)
            if known is None or one.size >= known.size:
                self._cosigned[one.witness] = one
        return Done()

    # ------------------------------------------------------------------------------------ reading

    def entries_count(self) -> int:
        """See `LogReads`."""
        return len(self._bodies)

    def log_entries(self, first: int, *, count: int) -> Sequence[bytes]:
        """See `LogReads`."""
        return self._bodies[first : first + count]

    def entries_of(self, types: Sequence[str], *, first: int, before: int) -> Sequence[bytes]:
        """See `LogReads`."""
        some = self._bodies[first:before]
        return [body for body in some if tag_of(body) in types]

    def entries_before(
        self, types: Sequence[str], *, before: int, count: int
    ) -> Sequence[tuple[int, bytes]]:
        """See `LogReads`."""
        some = list(enumerate(self._bodies))[:before]
        of_types = [(n, body) for n, body in some if tag_of(body) in types]
        return of_types[::-1][:count]

    def epoch_entry(self, number: int) -> int | None:
        """See `LogReads`."""
        return self._epoch_entries.get(number)

    def oldest_epoch(self) -> int:
        """See `LogReads`."""
        return min(self._epoch_entries, default=0)

    def trust_entry(self, version: int) -> int | None:
        """See `LogReads`."""
        return next((one.entry for one in self._trusts if one.version == version), None)

    def newest_head(self) -> LogHead | None:
        """See `LogReads`."""
        return self._heads[-1] if self._heads else None

    def heads(self) -> Sequence[LogHead]:
        """See `LogReads`."""
        return list(self._heads)

    def _published(self) -> int:
        return self._heads[-1].size if self._heads else 0

    def newest_logged_epoch(self) -> EpochRecord | None:
        """See `ServingReads`."""
        logged = [n for n, entry in self._epoch_entries.items() if entry < self._published()]
        return self.epoch(max(logged)) if logged else None

    def unlogged_since_ms(self) -> int | None:
        """See `LogReads`."""
        waiting = [parse_entry(body).at_ms for body in self._bodies[self._published() :][:1]]
        end = self.intervals_end()
        if end is not None:
            waiting += [parse_event(one.body).at_ms for one in self._order[end.seq :][:1]]
        return min(waiting, default=None)

    def is_source_logged(self, digest: Digest) -> bool:
        """See `LogReads`."""
        return digest in self._sources and self._sources[digest] < self._published()

    def trust(self) -> StoredTrust | None:
        """See `LogReads`."""
        return self._trusts[-1] if self._trusts else None

    def intervals_end(self) -> IntervalsEnd | None:
        """See `LogReads`."""
        if not self._bodies:
            return None
        if not self._intervals:
            at_ms = parse_entry(self._bodies[0]).at_ms
            return IntervalsEnd(number=0, seq=self._begins, at_ms=at_ms)
        last = self._intervals[-1]
        at_ms = parse_entry(self._bodies[last.entry]).at_ms
        return IntervalsEnd(number=last.number, seq=last.upto_seq, at_ms=at_ms)

    def interval_at(self, seq: int) -> IntervalRecord | None:
        """See `LogReads`."""
        return next((one for one in self._intervals if one.after_seq < seq <= one.upto_seq), None)

    def records_after(self, seq: int, *, count: int) -> Sequence[RecordToCommit]:
        """See `LogReads`."""
        found = []
        for counted in self._order[seq : seq + count]:
            event = parse_event(counted.body)
            is_served = event.kind == "served"
            number = event.number if is_served else 0
            issued = self.issued(counted.viewer, number) if is_served else None
            receipt = issued[1].receipt if issued else None
            secret = self._secret(counted.viewer)
            found.append(
                RecordToCommit(counted.seq, event.n, counted.body, secret, number, receipt)
            )
        return found

    def receipt_place(self, receipt: Digest) -> ReceiptPlace | None:
        """See `LogReads`."""
        for record in self.records_after(0, count=len(self._order)):
            if record.receipt is not None and digest_of(record.receipt) == receipt:
                return ReceiptPlace(seq=record.seq, number=record.number, secret=record.secret)
        return None

    def receipts_between(self, after_seq: int, seq: int) -> int:
        """See `LogReads`."""
        some = self.records_after(after_seq, count=seq - 1 - after_seq)
        return sum(one.receipt is not None for one in some)

    def has_keys_to_reveal(self, at_ms: int) -> bool:
        """See `LogReads`."""
        return any(h < at_ms // HOUR_MS for h in self._hours_logged - self._hours_revealed)

    def promise(self, upload: str) -> PromiseRecord | None:
        """See `LogReads`."""
        promise = self._promises.get(upload)
        if promise is None:
            return None
        return PromiseRecord(
            commitment=promise.commitment,
            deadline_ms=promise.deadline_ms,
            entry=promise.entry,
            ended=promise.ended,
            secret=self._secret(self._uploads[upload].viewer),
        )

    def decision_reason(self, n: int) -> DecisionReason | None:
        """See `LogReads`."""
        found = next((d for _, d in self._decisions if d.n == n and d.public_reason), None)
        if found is None or not self._bodies:
            return None
        salt = self._reason_salt(n, found.video)
        return DecisionReason(words=found.public_reason, salt=salt)

    def cosignatures(self) -> Sequence[Cosignature]:
        """See `LogReads`."""
        return [self._cosigned[name] for name in sorted(self._cosigned)]
