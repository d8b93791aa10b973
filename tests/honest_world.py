"""A small edition with a log, that keeps every rule: and the places where it can be made to lie.

Built from core and sim alone. It is a `Source`: what it answers is what a service of that history
would publish. Lies are told by reaching in before or after something is written.
"""

import json
from base64 import b64encode
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256

import msgspec

from plainview.audit.check.receipts_file import HeldReceipt, ReceiptsFile, ViewerFile
from plainview.audit.check.source import Gone
from plainview.core.catalogue import VideoFacts, encode_facts, parse_header
from plainview.core.history import (
    DecisionTaken,
    Entry,
    EpochFrozen,
    HourKey,
    Hours,
    Interval,
    IntervalProof,
    Offer,
    Policies,
    RootSignature,
    Source,
    Trust,
    TrustDocument,
    WeightsPublished,
    batch_of,
    commitment,
    encode_entry,
    encode_trust,
    interval_path,
    origin_of,
    record_salt,
    sign_trust,
)
from plainview.core.learn import starting_weights
from plainview.core.policy import compile_policy
from plainview.core.receipts import (
    encode_receipt,
    hour_commitment,
    hour_of,
    parse_receipt,
    public_key_of,
    receipt_id,
    sign,
)
from plainview.core.terms.hashing import digest_of, leaf_hash
from plainview.core.terms.ids import NO_DIGEST, Digest, VideoId, ViewerId
from plainview.core.tlog import (
    ENTRIES,
    Checkpoint,
    Frontier,
    cosign_text,
    encode_bundle,
    log_key,
    parse_path,
    sign_checkpoint,
    witness_key,
)
from plainview.sim.pocket import EDITION, Pocket, PocketSlate
from plainview.sim.world import make_world
from tests.pocket_evidence import POLICIES, START_MS

HOUR_MS = 3_600_000
RELEASE = b"pocket"
WITNESSES = ("library", "court", "press")


def key_of(name: str) -> bytes:
    """A private key that signs nothing but tests."""
    return sha256(f"plainview honest world, key {name}".encode()).digest()


class Place(msgspec.Struct, frozen=True):
    """Where a receipt was logged."""

    entry: int
    interval: int
    index: int
    leaves: tuple[Digest, ...]


class HonestWorld:
    """One edition: a pocket that serves, the log it keeps, and what it shows of both."""

    def __init__(
        self, *, seed: int = 1, videos: int = 60, quorum: str = "none", start_ms: int = START_MS
    ) -> None:
        world = make_world(seed, videos=videos, start_ms=start_ms)
        self.now_ms = start_ms
        self.facts: dict[VideoId, VideoFacts] = {facts.id: facts for facts in world.videos}
        self.policies = [path.read_bytes() for path in POLICIES]
        self.objects: dict[str, bytes] = {digest_of(RELEASE): RELEASE}
        self.entries: list[bytes] = []
        self.notes: dict[int, bytes] = {}
        self.places: dict[Digest, Place] = {}
        self.gone: dict[VideoId, str] = {}
        self.pruned: set[int] = set()
        self.quorum = quorum
        self.documents: list[TrustDocument] = []
        self._new_slates: list[PocketSlate] = []
        self._busy: dict[ViewerId, None] = {}
        self._revealed: set[int] = set()
        self._told: dict[ViewerId, int] = {}
        self._interval = 0
        self._last_ms = start_ms
        self._logged_epoch = 0
        self._hours_from = hour_of(start_ms)
        self.before_logged: Callable[[Entry], Entry] = lambda entry: entry
        self.sign_trust(1)
        self.log(Source(at_ms=self.now_ms, digest=digest_of(RELEASE), files=1))
        offered = [Offer(name=compile_policy(p).name, digest=digest_of(p)) for p in self.policies]
        self.objects |= {digest_of(data): data for data in self.policies}
        self.log(Policies(at_ms=start_ms, offered=tuple(sorted(offered, key=lambda o: o.name))))
        self.log_weights(starting_weights(), origin="starting", parent=NO_DIGEST)
        self.commit_hours(48)
        self.pocket = Pocket(
            world, weights=starting_weights(), policies=self.policies, now_ms=start_ms
        )
        self.log_epochs()

    # ------------------------------------------------------------------------------ the log

    def log(self, entry: Entry) -> int:
        """Append an entry; its index."""
        self.entries.append(encode_entry(self.before_logged(entry)))
        return len(self.entries) - 1

    def sign_trust(self, version: int, **changes: object) -> None:
        """Log a version of the root of trust."""
        vkey = log_key(origin_of(EDITION), key_of("log")).vkey()
        lines = [f"log {vkey}"]
        if self.quorum != "none":
            for name in WITNESSES:
                key = self._witness(name)
                lines.append(f"witness {name} {key} https://{name}.example")
            lines.append(f"group enough 2 {' '.join(WITNESSES)}")
        secret = sha256(b"signing" + bytes(32)).digest()
        fields: dict[str, object] = {
            "edition": EDITION, "version": version, "log_keys": (vkey,),
            "receipt_keys": (b64encode(public_key_of(secret)).decode(),),
            "policy": "\n".join([*lines, f"quorum {self.quorum}", ""]),
            "root_keys": (b64encode(public_key_of(key_of("root"))).decode(),),
            "threshold": 1, "retention_days": 90, "grace_ms": 20_000, "promise_ms": 3_600_000,
            "at_ms": self.now_ms, **changes,
        }  # fmt: skip
        document = TrustDocument(**fields)  # type: ignore[arg-type]
        data = encode_trust(document)
        key, signature = sign_trust(data, private_key=key_of("root"))
        self.documents.append(document)
        self.objects[digest_of(data)] = data
        self.log(
            Trust(
                at_ms=self.now_ms, version=version, document=data.decode(),
                signatures=(RootSignature(key=key, signature=signature),),
            )
        )  # fmt: skip

    def _witness(self, name: str) -> str:
        return witness_key(f"{name}.example", key_of(name)).vkey()

    def log_weights(self, data: bytes, *, origin: str, parent: Digest) -> None:
        """Log a weights file."""
        digest = digest_of(data)
        self.objects[digest] = data
        self.log(
            WeightsPublished(
                at_ms=self.now_ms, digest=digest, parent=parent, recipe="by-hand",
                origin=origin, lineage=NO_DIGEST,  # type: ignore[arg-type]
            )
        )  # fmt: skip

    def commit_hours(self, count: int) -> None:
        """Commit to the keys of the next `count` hours not committed yet."""
        first = self._hours_from
        made = tuple(hour_commitment(h, self.hour_key(h)) for h in range(first, first + count))
        self.log(Hours(at_ms=self.now_ms, first=first, commitments=made))
        self._hours_from = first + count

    def hour_key(self, hour: int) -> bytes:
        """As the pocket's."""
        return sha256(b"hour %d" % hour + bytes(32)).digest()

    def reveal_hours(self) -> None:
        """Reveal the keys of hours that are over."""
        for hour in range(hour_of(START_MS), min(hour_of(self.now_ms), self._hours_from)):
            if hour not in self._revealed:
                self._revealed.add(hour)
                self.log(HourKey(at_ms=self.now_ms, hour=hour, key=self.hour_key(hour).hex()))

    def log_epochs(self) -> None:
        """Log the epochs that were frozen since."""
        for number in range(self._logged_epoch + 1, max(self.pocket.epochs) + 1):
            epoch = self.pocket.epochs[number]
            header = parse_header(epoch.header)
            self.log(
                EpochFrozen(
                    at_ms=self.now_ms, number=number, root=epoch.root,
                    previous_root=header.previous_root, weights=header.weights,
                    decisions=header.decisions, frozen_ms=header.frozen_ms,
                    line_weights=header.line_weights,
                )
            )  # fmt: skip
            self._logged_epoch = number

    def secret(self, viewer: ViewerId) -> bytes:
        """What a viewer's salts come from."""
        return sha256(f"secret {viewer}".encode()).digest()

    def log_interval(self) -> None:
        """Commit to what was served and taken since the last interval."""
        receipts = [
            commitment(
                record_salt(self.secret(s.viewer), label="receipt", number=s.number), s.receipt
            )
            for s in self._new_slates
        ]
        events = []
        for viewer in self._busy:
            chain, told = self.pocket.chains[viewer], self._told.get(viewer, 0)
            for n, event in enumerate(chain[told:], told + 1):
                salt = record_salt(self.secret(viewer), label="event", number=n)
                events.append(commitment(salt, event))
            self._told[viewer] = len(chain)
        if not receipts and not events:
            return
        self._interval += 1
        at = self.log(
            Interval(
                at_ms=self.now_ms, number=self._interval, from_ms=self._last_ms,
                to_ms=self.now_ms, receipts=batch_of(receipts), events=batch_of(events),
            )
        )  # fmt: skip
        for index, slate in enumerate(self._new_slates):
            place = Place(at, self._interval, index, tuple(receipts))
            self.places[receipt_id(slate.receipt)] = place
        self._new_slates, self._busy = [], {}
        self._last_ms = self.now_ms

    # ------------------------------------------------------------------------------ the service

    def serve(
        self, viewer: ViewerId, *, policy: str = "for-you", arm: str | None = None
    ) -> PocketSlate:
        """A slate, watched to the end of its first half."""
        self.now_ms += 1000
        slate = self.pocket.serve(viewer, policy=policy, now_ms=self.now_ms, arm=arm)
        self._new_slates.append(slate)
        self._busy[viewer] = None
        for place, video in enumerate(slate.videos[: len(slate.videos) // 2]):
            self.now_ms += 200
            shown = {"kind": "shown", "video": str(video), "number": slate.number,
                     "position": place, "key": f"{slate.number}-{place}"}  # fmt: skip
            self.pocket.take_events(viewer, [shown], now_ms=self.now_ms)
        return slate

    def freeze(self) -> None:
        """Freeze and log the next epoch."""
        self.now_ms += 100
        self.pocket.freeze(self.now_ms)
        self.log_epochs()

    def decide(self, video: VideoId, action: str) -> None:
        """Take a decision and log it."""
        made = self.pocket.decide(video, action, at_ms=self.now_ms)
        self.log(
            DecisionTaken(
                at_ms=self.now_ms, n=made.n, video=str(video), action=action,  # type: ignore[arg-type]
                author="operator", reason_code="rules", reason=NO_DIGEST,
            )
        )  # fmt: skip
        if action == "remove":
            self.gone[video] = "rules"

    def live(self, *, slates: int, viewers: int = 3) -> "HonestWorld":
        """Serve for a while: an epoch after every five slates, an interval after every two."""
        for i in range(slates):
            self.serve(viewer_of(i % viewers), policy=sorted(self.pocket.policies)[i % 4])
            if i % 2:
                self.log_interval()
            if i % 5 == 4:
                self.freeze()
        self.log_interval()
        return self

    def pass_time(self, hours: int) -> "HonestWorld":
        """Let hours go by; their keys are revealed, and the next ones committed a day ahead."""
        for _ in range(hours):
            self.now_ms += HOUR_MS
            self.reveal_hours()
        return self

    # --------------------------------------------------------------------------- what it shows

    def checkpoint(self, size: int | None = None, *, cosigners: Sequence[str] = ()) -> bytes:
        """The signed head of the first `size` entries."""
        size = len(self.entries) if size is None else size
        root = Frontier().extend([leaf_hash(e) for e in self.entries[:size]])[0].root()
        head = Checkpoint(origin_of(EDITION), size, root)
        note = sign_checkpoint(head, private_key=key_of("log"))
        for name in cosigners:
            signature = cosign_text(
                note.text, name=f"{name}.example", private_key=key_of(name), time_s=1_790_000_001
            )
            note = type(note)(note.text, (*note.signatures, signature))
        return note.encode()

    def read(self, path: str, *, bytes_max: int) -> bytes | Gone | None:
        """See `Source`."""
        match path.split("/"):
            case ["tlog", "checkpoint"]:
                return self.notes.get(0) or self.checkpoint()
            case ["tlog", "tile", *_]:
                tile = parse_path(path.removeprefix("tlog/"))
                first = tile.index * 256
                if tile.level == ENTRIES and first + tile.width <= len(self.entries):
                    return encode_bundle(self.entries[first : first + tile.width])
                return None
            case ["tlog", "objects", digest]:
                return self.objects.get(digest)
            case ["tlog", "epochs", number, part]:
                epoch = self.pocket.epochs.get(int(number))
                if epoch is None or int(number) in self.pruned:
                    return None
                return {"header": epoch.header, "rows": epoch.rows}.get(part)
            case ["api", "v1", "receipts", receipt, "proof"]:
                found = [s for s in self.pocket.slates if receipt_id(s.receipt) == receipt]
                return proof_bytes(self.held(found[0]).proof) if found else None
            case ["tlog", "videos", video]:
                if VideoId(int(video)) in self.gone:
                    return Gone(self.gone[VideoId(int(video))])
                facts = self.facts.get(VideoId(int(video)))
                return encode_facts(facts) if facts else None
        return None

    def held(self, slate: PocketSlate) -> HeldReceipt:
        """A receipt with its place in the log, if it has one."""
        place = self.places.get(receipt_id(slate.receipt))
        proof = None
        if place is not None:
            salt = record_salt(self.secret(slate.viewer), label="receipt", number=slate.number)
            path = interval_path(place.leaves, place.index)
            proof = IntervalProof(
                salt=salt, interval=place.interval, entry=place.entry, index=place.index, path=path
            )
        return HeldReceipt(receipt=slate.receipt, signature=slate.signature, proof=proof)

    def receipts_file(self, *, checkpoints: Iterable[str] = ()) -> ReceiptsFile:
        """All receipts, as they would be handed over."""
        by_viewer: dict[ViewerId, list[HeldReceipt]] = {}
        for slate in self.pocket.slates:
            by_viewer.setdefault(slate.viewer, []).append(self.held(slate))
        return ReceiptsFile(
            edition=EDITION,
            viewers=tuple(
                ViewerFile(viewer=v, receipts=tuple(held), events=tuple(self.pocket.chains[v]))
                for v, held in sorted(by_viewer.items())
            ),
            checkpoints=tuple(checkpoints),
        )

    def resign(self, slate: PocketSlate, /, **changes: object) -> PocketSlate:
        """The slate with another receipt, signed with the true key."""
        receipt = msgspec.structs.replace(parse_receipt(slate.receipt), **changes)
        data = encode_receipt(receipt)
        key = sha256(b"signing" + bytes(32)).digest()
        return msgspec.structs.replace(
            slate, number=receipt.number, receipt=data, signature=sign(data, private_key=key)
        )


def viewer_of(k: int) -> ViewerId:
    """The k-th viewer."""
    return ViewerId(sha256(f"honest viewer {k}".encode()).hexdigest()[:32])


def proof_bytes(proof: IntervalProof | None) -> bytes | None:
    """A receipt's proof as it is answered."""
    if proof is None:
        return None
    return json.dumps(
        {
            "salt": proof.salt.hex(),
            "interval": proof.interval,
            "entry": proof.entry,
            "index": proof.index,
            "path": [step.hex() for step in proof.path],
        }
    ).encode()
