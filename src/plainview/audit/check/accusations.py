"""What each kind of evidence is made of: one function per kind, from what the check has at hand."""

from collections.abc import Sequence
from typing import Any

from plainview.audit.bundle import Bundle, encode_bundle
from plainview.audit.check.log_view import LogView
from plainview.audit.check.proof_files import (
    NEEDS,
    Proof,
    SignedText,
    TrustVersion,
    base64_of,
    encode_proof,
)
from plainview.core.catalogue import Frozen, prove_row
from plainview.core.history import Breach
from plainview.core.terms.hashing import inclusion_proof, leaf_hash
from plainview.core.terms.ids import VideoId
from plainview.core.tlog import consistency_path
from plainview.core.tlog.tree import subtrees


def accuse(view: LogView, kind: str, *, rule: str, words: str, **fields: Any) -> bytes:
    """A proof file of that kind, under the view's keys and, where its kind needs one, head."""
    if "checkpoint" in NEEDS[kind]:
        fields["checkpoint"] = view.note
    return encode_proof(
        Proof(kind=kind, rule=rule, words=words, trust=view.trust_versions, **fields)
    )


def breach_proof(view: LogView, breach: Breach) -> bytes:
    """Entries out of order: those that show it, the run, or all before."""
    if breach.entries:
        return accuse(
            view, "unlawful_entries", rule=breach.rule, words=breach.words,
            entries=tuple(view.proven(index) for index in breach.entries),
        )  # fmt: skip
    if breach.since:
        run = range(breach.since, breach.index + 1)
        return accuse(
            view, "unlawful_run", rule=breach.rule, words=breach.words,
            entries=tuple(view.proven(index) for index in run),
        )  # fmt: skip
    return accuse(
        view, "unlawful_log", rule=breach.rule, words=breach.words,
        **prefix_of(view, breach.index + 1),
    )  # fmt: skip


def prefix_of(view: LogView, size: int) -> dict[str, Any]:
    """The first `size` entries, and the path that shows the head's tree to begin with them."""
    path = consistency_path(size, view.checkpoint.size, view.tree)
    return {
        "prefix": tuple(body.decode() for body in view.bodies[:size]),
        "path": base64_of(path),
    }


def unreadable_proof(view: LogView, index: int, words: str) -> bytes:
    """Bytes in the log that are no entry."""
    return accuse(
        view, "bad_entry", rule="bad_entry", words=words, entries=(view.proven(index),)
    )  # fmt: skip


def fork_proof(view: LogView, other: str) -> bytes:
    """Two signed heads of one size that differ."""
    return accuse(
        view, "forked_checkpoints", rule="fork",
        words="Two heads of one size were signed, and they differ.", other_checkpoint=other,
    )  # fmt: skip


def rewrite_proof(view: LogView, other: str, size: int) -> bytes:
    """An earlier signed head whose entries are not those that the newer head begins with.

    The path leads to the newer head; its first step is always written out, so that it says what
    root the first `size` entries have now.
    """
    path = list(consistency_path(size, view.checkpoint.size, view.tree))
    if size & (size - 1) == 0:
        path = [*view.tree.read_hashes(subtrees(0, size)), *path]
    return accuse(
        view, "rewritten_log", rule="rewrite",
        words=f"The first {size} entries are not those of an earlier signed head.",
        other_checkpoint=other, path=base64_of(path),
    )  # fmt: skip


def two_trusts_proof(view: LogView, other: Sequence[TrustVersion]) -> bytes:
    """Two different first roots of trust for one edition, with a root key in common."""
    return accuse(
        view, "two_trusts", rule="two_trusts",
        words="Two different first roots of trust were signed for one edition.",
        other_trust=tuple(other),
    )  # fmt: skip


def receipts_proof(view: LogView, *, rule: str, words: str, pair: Sequence[SignedText]) -> bytes:
    """Two signed receipts that cannot both be."""
    return accuse(view, "two_receipts", rule=rule, words=words, receipts=tuple(pair))


def receipt_proof(
    view: LogView, *, rule: str, words: str, receipt: SignedText, entries: Sequence[int]
) -> bytes:
    """A signed receipt against entries of the log."""
    return accuse(
        view, "receipt_against_log", rule=rule, words=words, receipts=(receipt,),
        entries=tuple(view.proven(index) for index in entries),
    )  # fmt: skip


def unlogged_proof(view: LogView, *, rule: str, words: str, receipt: SignedText) -> bytes:
    """A signed receipt that names what is nowhere in the log."""
    return accuse(
        view, "receipt_unlogged", rule=rule, words=words, receipts=(receipt,),
        **prefix_of(view, view.checkpoint.size),
    )  # fmt: skip


def header_proof(view: LogView, *, index: int, words: str, frozen: Frozen) -> bytes:
    """An epoch's header that says other than its entry."""
    hashes = [leaf_hash(frozen.header_bytes), *frozen.leaves.hashes]
    return accuse(
        view, "epoch_header", rule="epoch_header", words=words, entries=(view.proven(index),),
        header=frozen.header_bytes.decode(), header_path=base64_of(inclusion_proof(hashes, 0)),
    )  # fmt: skip


def flags_proof(
    view: LogView, *, index: int, words: str, frozen: Frozen, video: VideoId, decisions: int
) -> bytes:
    """A row whose flags are not the fold of the decisions: the row, and all of them."""
    row = prove_row(frozen.header_bytes, frozen.leaves, video)
    taken = [at for at, decision in view.history.decisions if decision.n <= decisions]
    return accuse(
        view, "row_flags", rule="row_flags", words=words, video=str(video),
        entries=tuple(view.proven(at) for at in (index, *taken)),
        header=row.header.decode(), header_path=base64_of(row.header_path),
        leaves=tuple(
            (leaf.index, base64_of([leaf.data])[0], base64_of(leaf.path)) for leaf in row.leaves
        ),
    )  # fmt: skip


def replay_proof(view: LogView, *, words: str, bundle: Bundle, epoch_entry: int) -> bytes:
    """A signed receipt that is not the published function of the inputs it names."""
    return accuse(
        view, "replay_differs", rule="replay", words=words, bundle=encode_bundle(bundle).decode(),
        entries=(view.proven(epoch_entry),),
    )  # fmt: skip
