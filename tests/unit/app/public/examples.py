"""One valid entry of every type, and the states that pages are made from."""

from collections.abc import Mapping
from html.parser import HTMLParser

from plainview.app.http.public.html import VOID
from plainview.app.http.public.log_page import LogState
from plainview.app.http.public.sentences import Line
from plainview.core import history
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.core.tlog import log_key

NOW = 1_795_000_000_000
A, B, C = "a" * 64, "b" * 64, "c" * 64
ORIGIN = "plainview/here"
LOG_KEY = log_key(ORIGIN, bytes(range(32)))


def trust() -> history.Trust:
    """A first root of trust, signed by its one root key."""
    key, _ = history.sign_trust(b"", private_key=bytes(32))
    document = history.encode_trust(
        history.TrustDocument(
            edition="here", version=1, receipt_keys=(key,), log_keys=(LOG_KEY.vkey(),),
            policy=f"log {LOG_KEY.vkey()}\nquorum none\n", root_keys=(key,), threshold=1,
            retention_days=90, grace_ms=20_000, promise_ms=60_000, at_ms=NOW,
        )
    )  # fmt: skip
    signature = history.RootSignature(
        key=key, signature=history.sign_trust(document, private_key=bytes(32))[1]
    )
    return history.Trust(at_ms=NOW, version=1, document=document.decode(), signatures=(signature,))


def offers(**digests: str) -> history.Policies:
    """A list of feeds, each with the digest of its rules; `for_you` is the feed `for-you`."""
    named = sorted((name.replace("_", "-"), digest) for name, digest in digests.items())
    offered = tuple(history.Offer(name=name, digest=digest) for name, digest in named)
    return history.Policies(at_ms=NOW, offered=offered)


def every_entry() -> dict[str, history.Entry]:
    """By type."""
    return {
        "trust": trust(),
        "source": history.Source(at_ms=NOW, digest=A, files=214),
        "policies": offers(for_you=A, fresh=B),
        "weights": history.WeightsPublished(
            at_ms=NOW, digest=B, parent=A, recipe="tick-1", origin="learned", lineage=C
        ),
        "hours": history.Hours(at_ms=NOW, first=498_611, commitments=(A, B)),
        "hour_key": history.HourKey(at_ms=NOW, hour=498_611, key=C),
        "decision": history.DecisionTaken(
            at_ms=NOW, n=3, video="77", action="remove", author="operator", reason_code="spam",
            reason=NO_DIGEST,
        ),
        "epoch": history.EpochFrozen(
            at_ms=NOW, number=81, root=A, previous_root=B, weights=C, decisions=12, frozen_ms=NOW
        ),
        "interval": history.Interval(
            at_ms=NOW, number=9, from_ms=NOW - 1500, to_ms=NOW,
            receipts=history.Batch(count=2, root=A), events=history.Batch(count=1, root=B),
        ),
        "promise": history.Promise(at_ms=NOW, upload=A, deadline_ms=NOW + 60_000),
        "promise_kept": history.PromiseKept(at_ms=NOW, upload=A, video="77", epoch=82),
        "promise_refused": history.PromiseRefused(at_ms=NOW, upload=A, reason_code="no_picture"),
        "boost": history.Boost(
            at_ms=NOW, video="77", policy="for-you", amount_milli=1500, from_ms=NOW,
            to_ms=NOW + 86_400_000, reason_code="emergency",
        ),
        "experiment": history.Experiment(
            at_ms=NOW, name="shorter", arms=("for-you", "for-you-2"), shares_milli=(900, 100),
            from_ms=NOW, to_ms=NOW + 86_400_000, salt=A, plan=B,
        ),
        "experiment_end": history.ExperimentEnded(
            at_ms=NOW, name="shorter", ended_ms=NOW, salt=A, reason_code="guard"
        ),
        "line_weights": history.LineWeights(
            at_ms=NOW, experiment="shorter", recipe="bold", digest=B, parent=A, lineage=C
        ),
        "access": history.Access(at_ms=NOW, subject=A, reason_code="replay", by="operator"),
        "comment_decision": history.CommentDecided(
            at_ms=NOW, comment=A, action="hide", author="operator", reason_code="hateful"
        ),
        "erasure": history.Erasure(at_ms=NOW, subject=A, request=B, receipts=12),
    }  # fmt: skip


def line(entry: history.Entry, *, index: int = 5, **beside: object) -> Line:
    """The entry as it stands in a log."""
    return Line(index=index, body=history.encode_entry(entry), **beside)  # type: ignore[arg-type]


def state(
    size: int, *, stalled_ms: int = 0, checkpoint: str = "c", free: Mapping[str, str] | None = None
) -> LogState:
    """A log of `size` entries; `free` has other texts for what is free to be any."""
    texts = {"origin": ORIGIN, "vkey": LOG_KEY.vkey(), "witness": "attic", **(free or {})}
    return LogState(
        origin=texts["origin"], vkey=texts["vkey"], size=size, root=Digest(A), at_ms=NOW - 2000,
        checkpoint=checkpoint, stalled_ms=stalled_ms, cosigned_by=(texts["witness"],), witnesses=1,
    )  # fmt: skip


class Reader(HTMLParser):
    """What a page is made of: its elements in order, its text, and whether all was closed."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.names: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.texts: list[str] = []
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        self.names.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """An element ends: the one that began last."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Text between elements."""
        if "style" not in self.open:
            self.texts.append(data)

    @property
    def text(self) -> str:
        """All that is read on the page."""
        return " ".join(" ".join(self.texts).split())

    @property
    def headings(self) -> list[int]:
        """The levels of the headings, in order."""
        return [int(name[1]) for name in self.names if name in ("h1", "h2", "h3", "h4")]
