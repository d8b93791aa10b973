"""Be the villain: levers that do to the running service what a crooked operator would.

In the demonstration alone. Where each stands is in the database, so that all web processes obey.
Nothing here is used by a check: checks read what is stored.
"""

import threading
from base64 import b64decode, b64encode
from collections import Counter
from collections.abc import Collection, Mapping

import msgspec
import numpy as np

from plainview.app.wire import Wired
from plainview.core.events import parse_client_event
from plainview.core.feed import build_index
from plainview.core.receipts import RECEIPT_DOMAIN, encode_receipt, parse_receipt, receipt_id
from plainview.core.terms.epoch import FLAG_UNLISTED, TOPIC_SLOTS, Epoch
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import CreatorId, Digest, VideoId, ViewerId
from plainview.flows.open_epoch import ServedEpoch
from plainview.flows.serve_slate import Epochs, Serving
from plainview.ports.levers import LeverRecord, ReplaceReceipt, SetLever
from plainview.ports.view import Issued, OpenSession, TakeEvents

EDIT_RECEIPT = "edit-receipt"
BURY_TOPIC = "bury-topic"
INVENT_CROWD = "invent-crowd"
CROWD = 40
CROWD_VIDEOS_MAX = 20
RECEIPTS_LOOKED_AT = 6


class Lever(msgspec.Struct, frozen=True, kw_only=True):
    """What a lever does, and who would notice."""

    name: str
    title: str
    what_it_does: str
    who_catches: str
    catchable: bool


LEVERS = (
    Lever(
        name=EDIT_RECEIPT,
        title="Edit a receipt after the fact",
        what_it_does=(
            "Swaps the first two videos in the last receipt that the server keeps of you, and signs"
            " it again with the operator's own key."
        ),
        who_catches="Check my feed: the slate no longer follows from what it was made from.",
        catchable=True,
    ),
    Lever(
        name=BURY_TOPIC,
        title="Bury a topic for some viewers",
        what_it_does=(
            "Serves you, and every second viewer, from a copy of the epoch in which a topic is"
            " unlisted: of those that have more for you, the one you see most. Receipts go on"
            " naming the true epoch."
        ),
        who_catches="Check my feed: from the true epoch other videos come first.",
        catchable=True,
    ),
    Lever(
        name=INVENT_CROWD,
        title="Invent a crowd",
        what_it_does=(
            f"{CROWD} viewers who do not exist watch, like and follow one small creator. Their"
            " events are counted like anybody's."
        ),
        who_catches=(
            "Nobody yet. Every slate follows from the counts, and the counts from the events; that"
            " nobody stood behind the events cannot be seen from here."
        ),
        catchable=False,
    ),
)


class NothingToDo(Exception):
    """The lever has nothing to act on yet; the message says what to do first."""


class Villain:
    """The levers of one web process. Safe to call from many threads."""

    def __init__(self, wired: Wired) -> None:
        self._wired = wired
        self._lock = threading.Lock()
        self._crooked: tuple[Digest, str, ServedEpoch] | None = None

    def standing(self) -> Mapping[str, LeverRecord]:
        """Where the levers stand now."""
        return self._wired.reads.levers()

    def serving_for(self, viewer: ViewerId, serving: Serving) -> Serving:
        """`serving`, or for the viewers that are to see less, the same from a crooked copy."""
        lever = self.standing().get(BURY_TOPIC)
        if lever is None or not lever.is_pulled:
            return serving
        is_target = viewer == lever.pulled_by or int(digest_of(viewer.encode()), 16) % 2 == 0
        if not is_target:
            return serving
        crooked = CrookedEpochs(serving.epochs, self, lever.detail["topic"])
        return msgspec.structs.replace(serving, epochs=crooked)

    def pull(self, name: str, viewer: ViewerId, serving: Serving) -> None:
        """Pull a lever for `viewer`. Pulled already: nothing. Raises: NothingToDo."""
        standing = self.standing().get(name)
        if standing is not None and standing.is_pulled:
            return
        detail = {
            EDIT_RECEIPT: self._edit_receipt,
            BURY_TOPIC: self._choose_topic,
            INVENT_CROWD: self._invent_crowd,
        }[name](viewer, serving)
        self._set(name, viewer, detail, is_pulled=True)

    def let_go(self, name: str, viewer: ViewerId) -> None:
        """Put a lever back, and what it altered. Not pulled: nothing."""
        standing = self.standing().get(name)
        if standing is None or not standing.is_pulled:
            return
        if name == EDIT_RECEIPT:
            self._restore_receipt(standing.detail)
        elif name == INVENT_CROWD:
            self._send_crowd_home(standing.detail)
        self._set(name, viewer, {}, is_pulled=False)

    def _set(
        self, name: str, viewer: ViewerId, detail: Mapping[str, str], *, is_pulled: bool
    ) -> None:
        lever = LeverRecord(
            name=name,
            is_pulled=is_pulled,
            pulled_by=viewer,
            detail=detail,
            at_ms=self._wired.clock.now_ms(),
        )
        self._wired.writer.submit(SetLever(lever=lever))

    # ------------------------------------------------------------------------------ edit-receipt

    def _edit_receipt(self, viewer: ViewerId, serving: Serving) -> dict[str, str]:
        issued = self._last_receipt(viewer)
        receipt = parse_receipt(issued.receipt)
        first, second, *rest = receipt.slate
        edited = encode_receipt(msgspec.structs.replace(receipt, slate=(second, first, *rest)))
        signature = serving.signer.sign(edited, domain=RECEIPT_DOMAIN)
        self._wired.writer.submit(
            ReplaceReceipt(receipt=receipt_id(issued.receipt), body=edited, signature=signature)
        )
        return {
            "number": str(receipt.number),
            "edited": receipt_id(edited),
            "body": b64encode(issued.receipt).decode(),
            "signature": b64encode(issued.signature).decode(),
        }

    def _last_receipt(self, viewer: ViewerId) -> Issued:
        for issued in self._wired.reads.last_receipts(viewer, RECEIPTS_LOOKED_AT):
            if len(parse_receipt(issued.receipt).slate) >= 2:
                return issued
        raise NothingToDo("Watch a few videos first: there is no receipt of yours to edit.")

    def _restore_receipt(self, detail: Mapping[str, str]) -> None:
        self._wired.writer.submit(
            ReplaceReceipt(
                receipt=Digest(detail["edited"]),
                body=b64decode(detail["body"]),
                signature=b64decode(detail["signature"]),
            )
        )

    # -------------------------------------------------------------------------------- bury-topic

    def _choose_topic(self, viewer: ViewerId, serving: Serving) -> dict[str, str]:
        """Of the topics with something left for this viewer, the one served to them most lately.

        A topic they have seen to its end would be buried without a trace: nothing of it is missing
        from the next slate, and nothing could be caught.
        """
        served = [
            shown.video
            for issued in self._wired.reads.last_receipts(viewer, RECEIPTS_LOOKED_AT)
            for shown in parse_receipt(issued.receipt).slate
        ]
        records = self._wired.reads.videos(served)
        seen = Counter(
            label.topic for video in served if video in records for label in records[video].topics
        )
        epoch = serving.epochs.at_least(0).epoch
        left = _topics(epoch, but=serving.folds.state(viewer).seen) or _topics(epoch, but=())
        if not left:
            raise NothingToDo("No video has a topic yet: there is nothing to bury.")
        return {"topic": min(left, key=lambda topic: (-seen[topic], -left[topic], topic))}

    def crooked(self, honest: ServedEpoch, topic: str) -> ServedEpoch:
        """`honest` with the topic's videos unlisted, under the honest header and root."""
        with self._lock:
            kept = self._crooked
            if kept is None or kept[:2] != (honest.epoch.root, topic):
                kept = (honest.epoch.root, topic, _without_topic(honest, topic))
                self._crooked = kept
            return kept[2]

    # ------------------------------------------------------------------------------ invent-crowd

    def _invent_crowd(self, viewer: ViewerId, serving: Serving) -> dict[str, str]:
        assert viewer, "a crowd is invented on somebody's behalf"
        creator, videos = _small_creator(serving.epochs.at_least(0).epoch)
        records = self._wired.reads.videos(videos)
        if not records:
            raise NothingToDo("Nobody has published yet: there is no creator to praise.")
        crowd = [ViewerId(self._wired.chance.token(16).hex()) for _ in range(CROWD)]
        now_ms = self._wired.clock.now_ms()
        for invented in crowd:
            token_hash = digest_of(self._wired.chance.token(32))
            self._wired.writer.submit(
                OpenSession(token_hash=token_hash, viewer=invented, at_ms=now_ms)
            )
            self._send(
                invented,
                [
                    event
                    for video in sorted(records)
                    for event in _praise(video, creator, records[video].length_ms)
                ],
            )
        handle = next(iter(records.values())).creator.handle
        return {
            "creator": str(creator),
            "handle": handle,
            "videos": ",".join(str(video) for video in sorted(records)),
            "crowd": ",".join(crowd),
        }

    def _send_crowd_home(self, detail: Mapping[str, str]) -> None:
        for invented in detail["crowd"].split(","):
            videos = detail["videos"].split(",")
            takes_back: list[dict[str, object]] = [
                {"kind": "unfollow", "creator": detail["creator"]}
            ]
            for video in videos:
                takes_back += [
                    {"kind": "watch", "video": video, "number": 1, "ms": 0, "loops": 0},
                    {"kind": "unlike", "video": video},
                ]
            self._send(ViewerId(invented), takes_back)

    def _send(self, viewer: ViewerId, events: list[dict[str, object]]) -> None:
        now_ms = self._wired.clock.now_ms()
        parsed = tuple(
            parse_client_event({**event, "key": self._wired.chance.token(12).hex()}, at_ms=now_ms)
            for event in events
        )
        self._wired.writer.submit(TakeEvents(viewer=viewer, events=parsed))


class CrookedEpochs:
    """`Epochs` that answers with crooked copies."""

    def __init__(self, honest: Epochs, villain: Villain, topic: str) -> None:
        self._honest = honest
        self._villain = villain
        self._topic = topic

    def at_least(self, number: int) -> ServedEpoch:
        """See `Epochs`."""
        return self._villain.crooked(self._honest.at_least(number), self._topic)


def _praise(video: VideoId, creator: CreatorId, length_ms: int) -> list[dict[str, object]]:
    return [
        {"kind": "shown", "video": str(video), "number": 1, "position": 0},
        {"kind": "watch", "video": str(video), "number": 1, "ms": length_ms, "loops": 1},
        {"kind": "like", "video": str(video)},
        {"kind": "follow", "creator": str(creator), "video": str(video)},
    ]


def _topics(epoch: Epoch, *, but: Collection[VideoId]) -> Counter[str]:
    """How many listed videos each topic has, those of `but` left out."""
    rows = epoch.rows
    counts = (rows["flags"] == 0) & ~np.isin(rows["id"], np.array(sorted(but), dtype=np.uint64))
    places = rows["topics"].reshape(-1, TOPIC_SLOTS)[counts]
    found = Counter(
        {
            topic: int((places == place).any(axis=1).sum())
            for place, topic in enumerate(epoch.header.topics, 1)
        }
    )
    return +found


def _without_topic(honest: ServedEpoch, topic: str) -> ServedEpoch:
    header = honest.epoch.header
    rows = honest.epoch.rows.copy()
    if topic in header.topics:
        place = header.topics.index(topic) + 1
        of_topic = (rows["topics"].reshape(-1, TOPIC_SLOTS) == place).any(axis=1)
        rows["flags"][of_topic] |= FLAG_UNLISTED
    epoch = Epoch(header=header, rows=rows, root=honest.epoch.root)
    return ServedEpoch(epoch, build_index(epoch), honest.weights, honest.served_ms)


def _small_creator(epoch: Epoch) -> tuple[CreatorId, list[VideoId]]:
    """The creator whose videos were shown least, and their videos."""
    shown: Counter[int] = Counter()
    videos: dict[int, list[VideoId]] = {}
    rows = epoch.rows
    for video, creator, codes in zip(
        rows["id"].tolist(), rows["creator"].tolist(), rows["counters"][:, 0].tolist(), strict=True
    ):
        shown[creator] += codes
        videos.setdefault(creator, []).append(VideoId(video))
    if not videos:
        return CreatorId(0), []
    least = min(videos, key=lambda creator: (shown[creator], creator))
    return CreatorId(least), videos[least][:CROWD_VIDEOS_MAX]
