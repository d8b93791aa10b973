"""Levers that keep a second catalogue: another epoch under the number of the true one.

It has its own root, receipts name that root, and whoever works such a slate out again here is
handed its rows: everything fits, except that the log has one epoch of that number, and not this.
"""

import threading
from abc import abstractmethod
from collections import Counter, OrderedDict
from collections.abc import Callable, Collection, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from plainview.app.http.books import Books
from plainview.app.villain.frame import (
    RECEIPTS_LOOKED_AT,
    Asker,
    Detail,
    Exhibit,
    Trick,
)
from plainview.app.villain.records import creator_to_favour
from plainview.app.villain.worked_out import NothingToDo, next_video
from plainview.app.wire import Wired
from plainview.audit.evidence import EpochEvidence, Evidence
from plainview.audit.verdict import Verdict
from plainview.core.catalogue import (
    encode_header,
    hash_leaves,
    parse_header,
    parse_rows,
    root_over,
    rows_bytes,
)
from plainview.core.feed import build_index
from plainview.core.learn import load_weights
from plainview.core.learn.weights_file import encode_weights, with_places
from plainview.core.receipts import parse_receipt
from plainview.core.terms.epoch import (
    COUNTERS,
    FLAG_UNLISTED,
    TOPIC_SLOTS,
    Epoch,
    EpochHeader,
    Rows,
)
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest, VideoId, ViewerId
from plainview.core.terms.weights import HEADS, Layer, Weights
from plainview.flows.check_receipts import StoredEvidence, check_receipts
from plainview.flows.open_epoch import ServedEpoch
from plainview.flows.serve_slate import Epochs, Serving
from plainview.ports.levers import LeverRecord

KEPT = 4
LOVED = {
    "shown": 250, "finished": 245, "long": 248, "liked": 200, "saved": 150, "shared": 150,
    "followed": 120, "watch_s": 255,
}  # fmt: skip
"""Counts of a video that nobody could pass over; below 256 a count is its own code."""
DISLIKED_HEADS = ("finish", "long", "watch")

Alter = Callable[[EpochHeader, Rows], tuple[EpochHeader, Rows]]


def is_chosen(viewer: ViewerId, lever: LeverRecord) -> bool:
    """Who pulled the lever, and every second viewer."""
    return viewer == lever.pulled_by or int(digest_of(viewer.encode()), 16) % 2 == 0


def altered(header: EpochHeader, rows: Rows, alter: Alter) -> Epoch:
    """The epoch that `alter` makes of these, bound by its own root."""
    header, rows = alter(header, rows.copy())
    rows.flags.writeable = False
    header = msgspec.structs.replace(header, rows=len(rows))
    return Epoch(header=header, rows=rows, root=root_over(encode_header(header), hash_leaves(rows)))


def with_topic_unlisted(header: EpochHeader, rows: Rows, topic: str) -> Rows:
    """`rows`, changed: the topic's videos unlisted."""
    if topic in header.topics:
        place = header.topics.index(topic) + 1
        of_topic = (rows["topics"].reshape(-1, TOPIC_SLOTS) == place).any(axis=1)
        rows["flags"][of_topic] |= FLAG_UNLISTED
    return rows


class SecondCatalogue(Trick):
    """A second epoch for those whom `is_for` names, made from the true one by `alter`."""

    def __init__(self, books: Books) -> None:
        super().__init__(books)
        self._lock = threading.Lock()
        self._made: OrderedDict[tuple[Digest, str], ServedEpoch] = OrderedDict()

    def is_for(self, viewer: ViewerId, lever: LeverRecord) -> bool:
        """Whether this viewer is served from it."""
        return is_chosen(viewer, lever)

    @abstractmethod
    def alter(self, header: EpochHeader, rows: Rows, detail: Detail) -> tuple[EpochHeader, Rows]:
        """The second epoch's header and rows; `rows` may be written to."""

    def weights(self, honest: Weights, detail: Detail) -> Weights:  # noqa: ARG002
        """What it ranks with."""
        return honest

    def serving(self, viewer: ViewerId, serving: Serving, lever: LeverRecord) -> Serving:
        """See `Trick`."""
        if not self.is_for(viewer, lever):
            return serving
        return msgspec.structs.replace(serving, epochs=SecondEpochs(serving.epochs, self, lever))

    def books(self, asker: Asker, books: Books, lever: LeverRecord) -> Books:
        """See `Trick`."""
        if asker.viewer is None or not self.is_for(asker.viewer, lever):
            return books
        return SecondBooks(
            books.wired, lambda header, rows: self.alter(header, rows, lever.detail), under=books
        )

    def second(self, honest: ServedEpoch, lever: LeverRecord) -> ServedEpoch:
        """The second epoch beside an honest one. Kept, since every slate asks for it."""
        key = (honest.epoch.root, repr(sorted(lever.detail.items())))
        with self._lock:
            if key not in self._made:
                epoch = altered(
                    honest.epoch.header,
                    honest.epoch.rows,
                    lambda header, rows: self.alter(header, rows, lever.detail),
                )
                weights = self.weights(honest.weights, lever.detail)
                self._made[key] = ServedEpoch(
                    epoch, build_index(epoch, centroids=weights.centroids), weights,
                    honest.served_ms, honest.lines,
                )  # fmt: skip
            self._made.move_to_end(key)
            while len(self._made) > KEPT:
                self._made.popitem(last=False)
            return self._made[key]

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:
        """See `Trick`."""
        receipt = self.last_receipt(viewer, since_ms=lever.at_ms)
        record = self._wired.reads.epoch(receipt.epoch) if receipt else None
        if receipt is None or record is None:
            return ()
        return [
            Exhibit(
                title=f"Catalogue number {receipt.epoch}",
                left_label="Your receipt names the root",
                left=receipt.epoch_root,
                right_label="The log has the root",
                right=record.root,
            )
        ]


class SecondEpochs:
    """`Epochs` that answers with second epochs."""

    def __init__(self, honest: Epochs, trick: SecondCatalogue, lever: LeverRecord) -> None:
        self._honest = honest
        self._trick = trick
        self._lever = lever

    def at_least(self, number: int) -> ServedEpoch:
        """See `Epochs`."""
        return self._trick.second(self._honest.at_least(number), self._lever)


class SecondEvidence(StoredEvidence):
    """Stored evidence in which each epoch is the second one of its number."""

    def __init__(self, wired: Wired, alter: Alter) -> None:
        super().__init__(
            views=wired.reads, reads=wired.reads, files=wired.epoch_files, objects=wired.objects
        )
        self._alter = alter
        self._second: dict[int, EpochEvidence] = {}

    def epoch(self, number: int) -> EpochEvidence | None:
        """See `Evidence`."""
        given = super().epoch(number)
        if given is None:
            return None
        if number not in self._second:
            made = altered(parse_header(given.header), parse_rows(given.rows), self._alter)
            self._second[number] = EpochEvidence(
                header=encode_header(made.header),
                rows=rows_bytes(made.rows),
                replaced_ms=given.replaced_ms,
            )
        return self._second[number]


class SecondBooks(Books):
    """Books in which a slate is worked out again from whichever epoch it fits."""

    def __init__(self, wired: Wired, alter: Alter, *, under: Books) -> None:
        super().__init__(wired)
        self._alter = alter
        self._under = under

    def verdicts(self, viewer: ViewerId, *, last: int) -> list[Verdict]:
        """See `Books`."""
        second = check_receipts(
            viewer,
            last=last,
            views=self.wired.reads,
            evidence=SecondEvidence(self.wired, self._alter),
            public_keys=self.wired.receipt_keys(),
        )
        return [
            other if other.is_same else one
            for one, other in zip(self._under.verdicts(viewer, last=last), second, strict=True)
        ]

    def evidence_for(self, receipt: bytes) -> Evidence:
        """See `Books`."""
        named = parse_receipt(receipt)
        record = self.wired.reads.epoch(named.epoch)
        if record is not None and record.root == named.epoch_root:
            return self._under.evidence_for(receipt)
        return SecondEvidence(self.wired, self._alter)


class BuryTopic(SecondCatalogue):
    """The topic's videos are unlisted."""

    name = "bury-topic"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """See `Trick`."""
        assert asker.viewer is not None
        return {"topic": topic_to_bury(self._wired, asker.viewer, serving)}

    def alter(self, header: EpochHeader, rows: Rows, detail: Detail) -> tuple[EpochHeader, Rows]:
        """See `SecondCatalogue`."""
        return header, with_topic_unlisted(header, rows, detail["topic"])

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"The topic is {detail['topic']}."


class BoostCreator(SecondCatalogue):
    """A creator's videos have counts that nobody made."""

    name = "boost-creator"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:  # noqa: ARG002 - as others
        """See `Trick`."""
        return creator_to_favour(serving, self._wired)

    def is_for(self, viewer: ViewerId, lever: LeverRecord) -> bool:  # noqa: ARG002 - everybody
        """See `SecondCatalogue`."""
        return True

    def alter(self, header: EpochHeader, rows: Rows, detail: Detail) -> tuple[EpochHeader, Rows]:
        """See `SecondCatalogue`."""
        counts = [LOVED.get(name, 0) for name in COUNTERS]
        rows["counters"][rows["creator"] == int(detail["creator"])] = counts
        return header, rows

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"The creator is @{detail['handle']}."


class SwapWeights(SecondCatalogue):
    """Ranking goes by an edited weights file."""

    name = "swap-weights"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:  # noqa: ARG002 - as others
        """See `Trick`."""
        honest = serving.epochs.at_least(0).weights
        edited = self._wired.objects.put(edited_weights(honest))
        return {"true": honest.digest, "edited": edited}

    def is_for(self, viewer: ViewerId, lever: LeverRecord) -> bool:  # noqa: ARG002 - everybody
        """See `SecondCatalogue`."""
        return True

    def alter(self, header: EpochHeader, rows: Rows, detail: Detail) -> tuple[EpochHeader, Rows]:
        """See `SecondCatalogue`."""
        return msgspec.structs.replace(header, weights=Digest(detail["edited"])), rows

    def weights(self, honest: Weights, detail: Detail) -> Weights:  # noqa: ARG002
        """See `SecondCatalogue`."""
        return load_weights(self._wired.objects.get(Digest(detail["edited"])))

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"Weights {detail['edited'][:12]}… in the place of {detail['true'][:12]}…."

    def exhibits(self, viewer: ViewerId, lever: LeverRecord) -> Sequence[Exhibit]:
        """See `Trick`."""
        return [
            *super().exhibits(viewer, lever),
            Exhibit(
                title="Weights",
                left_label="Your receipt names the file",
                left=lever.detail["edited"],
                right_label="The log has the file",
                right=lever.detail["true"],
            ),
        ]


class LeaveOutVideo(SecondCatalogue):
    """A row is not there."""

    name = "leave-out-video"

    def pull(self, asker: Asker, serving: Serving) -> dict[str, str]:
        """See `Trick`."""
        assert asker.viewer is not None
        return {"video": str(next_video(asker.viewer, serving))}

    def alter(self, header: EpochHeader, rows: Rows, detail: Detail) -> tuple[EpochHeader, Rows]:
        """See `SecondCatalogue`."""
        return header, rows[rows["id"] != int(detail["video"])].copy()

    def note(self, detail: Detail) -> str:
        """See `Trick`."""
        return f"The video is number {detail['video']}."


def topic_to_bury(wired: Wired, viewer: ViewerId, serving: Serving) -> str:
    """Of the topics with something left for this viewer, the one served to them most lately.

    One they have seen to its end would be buried without a trace: nothing of it is missing from the
    next slate.
    """
    served = [
        shown.video
        for issued in wired.reads.last_receipts(viewer, RECEIPTS_LOOKED_AT)
        for shown in parse_receipt(issued.receipt).slate
    ]
    records = wired.reads.videos(served)
    seen = Counter(
        label.topic for video in served if video in records for label in records[video].topics
    )
    epoch = serving.epochs.at_least(0).epoch
    left = topics_of(epoch, but=serving.folds.state(viewer).seen) or topics_of(epoch, but=())
    if not left:
        raise NothingToDo("No video has a topic yet: there is nothing to bury.")
    return min(left, key=lambda topic: (-seen[topic], -left[topic], topic))


def topics_of(epoch: Epoch, *, but: Collection[VideoId]) -> Counter[str]:
    """How many listed videos each topic has, those of `but` left out."""
    rows = epoch.rows
    counts = (rows["flags"] == 0) & ~np.isin(rows["id"], np.array(sorted(but), dtype=np.uint64))
    places = rows["topics"].reshape(-1, TOPIC_SLOTS)[counts]
    return +Counter({
        topic: int((places == place).any(axis=1).sum())
        for place, topic in enumerate(epoch.header.topics, 1)
    })  # fmt: skip


def edited_weights(honest: Weights) -> bytes:
    """The same network with the opposite opinion of what a viewer would watch to its end."""
    heads = honest.heads
    weight, bias = heads.weight.astype(np.int16), heads.bias.copy()
    for head in DISLIKED_HEADS:
        at = HEADS.index(head)
        weight[:, at] = -weight[:, at]
        bias[at] = -bias[at]
    data = encode_weights(
        name=honest.name,
        hidden=[_parts(layer) for layer in honest.hidden],
        heads=(weight.clip(-127, 127).astype(np.int8), bias, heads.shift),
        table=honest.table,
        offsets=[0] * len(HEADS),
    )
    return with_places(data, places=honest.places, centroids=honest.centroids)


def _parts(layer: Layer) -> tuple[NDArray[np.int8], NDArray[np.int32], NDArray[np.uint8]]:
    return layer.weight, layer.bias, layer.shift
