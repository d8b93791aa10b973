"""In-memory stand-ins for tests, which assert what the ports promise and what callers must keep."""

from collections.abc import Callable, Mapping, Sequence
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Any

import msgspec

from plainview.core.events import encode_event, extend, genesis, served_draft
from plainview.core.receipts import parse_receipt, public_key_of, sign
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import NO_DIGEST, Digest, ViewerId
from plainview.core.terms.viewer import Event
from plainview.ports.commands import Command, Done, Refused
from plainview.ports.objects import NoObject
from plainview.ports.serving import (
    CountedEvent,
    EpochRecord,
    HourKey,
    KeepHourKeys,
    NameEdition,
    OfferPolicies,
    Pending,
    PolicyRecord,
    PublishWeights,
    RecordEpoch,
)
from plainview.ports.view import (
    EventsTaken,
    Issued,
    IssueSlate,
    OpenSession,
    Session,
    TakeEvents,
    ViewerHead,
)


class SetClock:
    """`Clock` that stands until it is moved; sleeping moves it."""

    def __init__(self, now_ms: int) -> None:
        self.now = now_ms

    def now_ms(self) -> int:
        """See `Clock`."""
        return self.now

    def sleep_ms(self, ms: int) -> None:
        """See `Clock`."""
        assert ms >= 0
        self.now += ms


class CountedChance:
    """`Chance` that repeats itself from run to run and never within one."""

    def __init__(self, seed: bytes = b"") -> None:
        self._seed = seed
        self._drawn = count()

    def token(self, size_bytes: int) -> bytes:
        """See `Chance`."""
        assert 1 <= size_bytes <= 32
        return sha256(b"%b %d" % (self._seed, next(self._drawn))).digest()[:size_bytes]


class FixedSigner:
    """`Signer` with a key that everybody knows."""

    def __init__(self, key: bytes = bytes(range(32))) -> None:
        self._key = key

    def sign(self, data: bytes, *, domain: bytes) -> bytes:
        """See `Signer`."""
        assert domain.endswith(b"\n"), "a domain is a line"
        return sign(data, private_key=self._key, domain=domain)

    def public_key(self) -> bytes:
        """See `Signer`."""
        return public_key_of(self._key)


class MemoryObjects:
    """`Objects`; asserts that nobody changed what was stored."""

    def __init__(self) -> None:
        self._held: dict[Digest, bytes] = {}

    def put(self, data: bytes) -> Digest:
        """See `Objects`."""
        digest = digest_of(data)
        self._held[digest] = bytes(data)
        return digest

    def put_file(self, path: Path) -> Digest:
        """See `Objects`."""
        digest = self.put(path.read_bytes())
        path.unlink()
        return digest

    def get(self, digest: Digest) -> bytes:
        """See `Objects`."""
        if digest not in self._held:
            raise NoObject(digest)
        assert digest_of(self._held[digest]) == digest, "an immutable object was modified"
        return self._held[digest]

    def path_of(self, digest: Digest) -> Path:
        """Not held in files: a caller that needs one is tested against the real thing."""
        raise NoObject(digest)

    def forget(self, digest: Digest) -> None:
        """See `Objects`."""
        self._held.pop(digest, None)


class MemoryEpochFiles:
    """`EpochFiles`; asserts that one name never stands for two contents."""

    def __init__(self) -> None:
        self.held: dict[str, bytes] = {}

    def keep(self, name: str, data: bytes) -> None:
        """See `EpochFiles`."""
        assert self.held.setdefault(name, bytes(data)) == data, f"{name} was modified"

    def read(self, name: str) -> memoryview:
        """See `EpochFiles`."""
        if name not in self.held:
            raise FileNotFoundError(name)
        return memoryview(self.held[name])


class _Chain(msgspec.Struct):
    viewer: ViewerId
    events: list[bytes]
    head: Digest
    keys: dict[str, bytes]
    slates: list[tuple[str, Issued]]


class MemoryStore:
    """`Writer`, `ViewReads` and `ServingReads` in one, for the commands of a view and of serving.

    Asserts what the writer may rely on: a receipt that is issued reads back, is the viewer's and
    has the number it is issued under.
    """

    def __init__(self) -> None:
        self._sessions: dict[Digest, Session] = {}
        self._chains: dict[ViewerId, _Chain] = {}
        self._order: list[CountedEvent] = []
        self._epochs: list[EpochRecord] = []
        self._hours: dict[int, HourKey] = {}
        self._policies: list[PolicyRecord] = []
        self._weights: list[Digest] = []
        self._facts: dict[str, str] = {"catalogue_changes": "0", "urgent_changes": "0"}

    def submit(self, command: Command[Any]) -> Any:
        """See `Writer`."""
        carrying: dict[type[Command[Any]], Callable[[Any], Any]] = {
            OpenSession: self._open,
            TakeEvents: self._take,
            IssueSlate: self._issue,
            RecordEpoch: self._record,
            KeepHourKeys: self._keep_hours,
            OfferPolicies: self._offer,
            PublishWeights: self._publish,
            NameEdition: self._name,
        }
        return carrying[type(command)](command)

    def _open(self, command: OpenSession) -> Session:
        if command.token_hash not in self._sessions:
            viewer = command.viewer
            assert viewer not in self._chains, "two sessions drew one viewer id"
            self._chains[viewer] = _Chain(viewer, [], genesis(viewer), {}, [])
            session = Session(viewer=viewer, is_operator=False)
            self._sessions[command.token_hash] = session
        return self._sessions[command.token_hash]

    def _chain(self, viewer: ViewerId) -> _Chain:
        if viewer not in self._chains:
            raise Refused("no_viewer", "There is no such viewer.")
        return self._chains[viewer]

    def _append(self, chain: _Chain, event: Event) -> bytes:
        body = encode_event(msgspec.structs.replace(event, n=len(chain.events) + 1))
        chain.events.append(body)
        chain.head = extend(chain.head, body)
        self._order.append(CountedEvent(len(self._order) + 1, chain.viewer, body))
        return body

    def _take(self, command: TakeEvents) -> EventsTaken:
        chain = self._chain(command.viewer)
        for event in command.events:
            if event.key not in chain.keys:
                chain.keys[event.key] = self._append(chain, event)
        wanted = {chain.keys[event.key] for event in command.events}
        events = tuple(body for body in chain.events if body in wanted)
        return EventsTaken(events=events, n=len(chain.events), head=chain.head)

    def _issue(self, command: IssueSlate) -> Issued:
        chain = self._chain(command.viewer)
        next_number = len(chain.slates) + 1
        detail: dict[str, str | int] = {"next_number": next_number}
        if command.number < next_number:
            nonce, stored = chain.slates[command.number - 1]
            if nonce == command.nonce:
                return stored
            raise Refused("number_taken", "It was answered already.", detail)
        if command.number != next_number:
            raise Refused("number_gap", "It is not the next.", detail)
        receipt = parse_receipt(command.receipt)
        assert (receipt.viewer, receipt.number) == (command.viewer, command.number)
        draft = served_draft(
            number=command.number,
            receipt=digest_of(command.receipt),
            epoch=command.epoch,
            videos=command.videos,
        )
        served = self._append(chain, msgspec.structs.replace(draft, at_ms=command.at_ms))
        issued = Issued(receipt=command.receipt, signature=command.signature, served=served)
        chain.slates.append((command.nonce, issued))
        return issued

    def _record(self, command: RecordEpoch) -> Done:
        epoch = command.epoch
        if 0 < epoch.number <= len(self._epochs):
            if self._epochs[epoch.number - 1].root == epoch.root:
                return Done()
        elif epoch.number == len(self._epochs) + 1:
            self._epochs.append(epoch)
            return Done()
        raise Refused("epoch_taken", "It is not the next.", {"next_number": len(self._epochs) + 1})

    def _keep_hours(self, command: KeepHourKeys) -> Done:
        for key in command.keys:
            self._hours.setdefault(key.hour, key)
        return Done()

    def _offer(self, command: OfferPolicies) -> Done:
        self._policies = list(command.policies)
        return Done()

    def _publish(self, command: PublishWeights) -> Done:
        if self._weights[-1:] != [command.digest]:
            self._weights.append(command.digest)
        return Done()

    def _name(self, command: NameEdition) -> Done:
        self._facts.setdefault("edition", command.edition)
        return Done()

    # ------------------------------------------------------------------------------------ reading

    def session(self, token_hash: Digest) -> Session | None:
        """See `ViewReads`."""
        return self._sessions.get(token_hash)

    def viewer_head(self, viewer: ViewerId) -> ViewerHead | None:
        """See `ViewReads`."""
        chain = self._chains.get(viewer)
        if chain is None:
            return None
        last = digest_of(chain.slates[-1][1].receipt) if chain.slates else NO_DIGEST
        return ViewerHead(
            n=len(chain.events), head=chain.head, number=len(chain.slates), receipt=last
        )

    def chain_after(self, viewer: ViewerId, n: int) -> tuple[ViewerHead, Sequence[bytes]] | None:
        """See `ViewReads`."""
        head = self.viewer_head(viewer)
        return (head, tuple(self._chains[viewer].events[n:])) if head else None

    def issued(self, viewer: ViewerId, number: int) -> tuple[str, Issued] | None:
        """See `ViewReads`."""
        chain = self._chains.get(viewer)
        is_there = chain is not None and 0 < number <= len(chain.slates)
        return chain.slates[number - 1] if chain is not None and is_there else None

    def receipt(self, receipt: Digest) -> tuple[ViewerId, Issued] | None:
        """See `ViewReads`."""
        for viewer, chain in self._chains.items():
            for _, issued in chain.slates:
                if digest_of(issued.receipt) == receipt:
                    return viewer, issued
        return None

    def last_receipts(self, viewer: ViewerId, count: int) -> Sequence[Issued]:
        """See `ViewReads`."""
        chain = self._chains.get(viewer)
        return [issued for _, issued in reversed(chain.slates)][:count] if chain else []

    def newest_epoch(self) -> EpochRecord | None:
        """See `ServingReads`."""
        return self._epochs[-1] if self._epochs else None

    def newest_logged_epoch(self) -> EpochRecord | None:
        """See `ServingReads`; there is no log here, so none."""
        return None

    def epoch(self, number: int) -> EpochRecord | None:
        """See `ServingReads`."""
        return self._epochs[number - 1] if 0 < number <= len(self._epochs) else None

    def pending(self) -> Pending:
        """See `ServingReads`."""
        return Pending(changed=0, urgent=0, seq=len(self._order), decisions=0)

    def events_after(self, seq: int, *, count: int) -> Sequence[CountedEvent]:
        """See `ServingReads`."""
        return self._order[seq : seq + count]

    def hour_key(self, hour: int) -> HourKey | None:
        """See `ServingReads`."""
        return self._hours.get(hour)

    def policies(self) -> Sequence[PolicyRecord]:
        """See `ServingReads`."""
        return list(self._policies)

    def weights(self) -> Digest | None:
        """See `ServingReads`."""
        return self._weights[-1] if self._weights else None

    def edition(self) -> str | None:
        """See `ServingReads`."""
        return self._facts.get("edition")

    def facts(self) -> Mapping[str, str]:
        """See `ServingReads`."""
        return dict(self._facts)
