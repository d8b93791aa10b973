"""Every lie an operator who holds all keys can tell here, and how it is told: by a world that is
honest but for that.

`EVIDENT` are shown by a proof file; `UNPROVEN` fail the check, and whoever asks sees the same;
each under the rule that must name it. It is one idea, and long as a list is: each lie is told in
a few lines.
"""

from base64 import b64encode
from collections.abc import Callable
from hashlib import sha256

import msgspec
import numpy as np

from plainview.audit.check.check import Seen, Wanted, check
from plainview.audit.check.findings import Report
from plainview.audit.check.receipts_file import ReceiptsFile
from plainview.core.history import (
    EpochFrozen,
    HourKey,
    Promise,
    RootSignature,
    Trust,
    encode_entry,
    encode_trust,
    parse_entry,
    sign_trust,
)
from plainview.core.learn import starting_weights
from plainview.core.learn.places import centroids_of, places_of
from plainview.core.learn.weights_file import with_places
from plainview.core.receipts import hour_of, parse_receipt, public_key_of, receipt_id
from plainview.core.terms.epoch import Rows
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from tests.drill._portable import wide_weights
from tests.honest_world import HOUR_MS, HonestWorld, key_of, viewer_of

WANTED = Wanted(seed=7)


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A world that lies, what the checker saw before, and what was handed over."""

    world: HonestWorld
    seen: Seen | None = None
    receipts: ReceiptsFile | None = None

    def check(self) -> Report:
        """What the checker says."""
        report, _ = check(
            self.world, name="here", wanted=WANTED, seen=self.seen, receipts=self.receipts
        )
        return report


Lie = Callable[[], Told]


def _lived(slates: int = 6) -> HonestWorld:
    return HonestWorld(videos=40).live(slates=slates)


def _handed_over(world: HonestWorld, *checkpoints: bytes) -> Told:
    world.pass_time(1)
    texts = [note.decode() for note in checkpoints]
    return Told(world=world, receipts=world.receipts_file(checkpoints=texts))


def _remembered(world: HonestWorld) -> Seen:
    report, seen = check(world, name="here", wanted=WANTED)
    assert seen is not None, report.findings
    return seen


def _replace_last(world: HonestWorld, **changes: object) -> None:
    """The newest slate gets another receipt, signed with the true key, in every place but one: the
    viewer's own chain has the id of the first."""
    made = world.resign(world.pocket.slates[-1], **changes)
    place = world.places.pop(receipt_id(world.pocket.slates[-1].receipt), None)
    if world._new_slates and world._new_slates[-1] is world.pocket.slates[-1]:
        world._new_slates[-1] = made
    if place is not None:
        world.places[receipt_id(made.receipt)] = place
    world.pocket.slates[-1] = made


def _served_then(**changes: object) -> Told:
    """A last slate whose receipt is replaced before it is logged."""
    world = _lived()
    world.serve(viewer_of(0))
    _replace_last(world, **changes)
    world.log_interval()
    return _handed_over(world)


# ------------------------------------------------------------------------------------ the log


def two_histories() -> Told:
    world = _lived()
    seen = _remembered(world)
    world.entries[-1] = encode_entry(
        msgspec.structs.replace(parse_entry(world.entries[-1]), to_ms=world.now_ms - 1)
    )
    return Told(world=world, seen=seen)


def rewritten_history() -> Told:
    world = _lived()
    seen = _remembered(world)
    del world.entries[-1]
    world._interval -= 1
    world.freeze()
    world.serve(viewer_of(0))
    world.log_interval()
    return Told(world=world, seen=seen)


def rewritten_from_a_power_of_two() -> Told:
    world = _lived()
    seen = _remembered(world)
    note = world.checkpoint(8)
    entry = parse_entry(world.entries[7])
    world.entries[7] = encode_entry(msgspec.structs.replace(entry, from_ms=entry.from_ms + 1))  # type: ignore[union-attr]
    return Told(world=world, seen=msgspec.structs.replace(seen, checkpoint=note.decode()))


def a_history_for_one_viewer() -> Told:
    world = _lived()
    other = HonestWorld(videos=40).live(slates=6)
    other.entries[-1] = encode_entry(
        msgspec.structs.replace(parse_entry(other.entries[-1]), to_ms=other.now_ms - 1)
    )
    return _handed_over(world, other.checkpoint())


def another_beginning() -> Told:
    world = _lived()
    seen = _remembered(world)
    again = HonestWorld(videos=40, start_ms=world.now_ms)
    return Told(world=again, seen=seen)


def an_address_in_the_log() -> Told:
    world = _lived()
    world.entries.append(b'{"note":"anna@example.org"}')
    return Told(world=world)


def bytes_in_the_log() -> Told:
    world = _lived()
    world.entries.append(b"\xff\xfe caption")
    return Told(world=world)


def an_epoch_chained_elsewhere() -> Told:
    world = _lived()
    world.before_logged = lambda entry: (
        msgspec.structs.replace(entry, previous_root=sha256(b"other").hexdigest())
        if isinstance(entry, EpochFrozen)
        else entry
    )
    world.freeze()
    return Told(world=world)


def an_epoch_left_out() -> Told:
    world = _lived()
    world.pocket.freeze(world.now_ms)
    world._logged_epoch += 1
    world.freeze()
    return Told(world=world)


def weights_swapped_unlogged() -> Told:
    world = _lived()
    data = wide_weights()
    world.pocket.publish_weights(data)
    world.objects[digest_of(data)] = data
    world.freeze()
    return Told(world=world)


def a_wrong_hour_key() -> Told:
    world = _lived().pass_time(1)
    world.now_ms += HOUR_MS
    hour = hour_of(world.now_ms) - 1
    world.log(HourKey(at_ms=world.now_ms, hour=hour, key=key_of("another").hex()))
    return Told(world=world)


def a_promise_broken() -> Told:
    world = _lived()
    made = sha256(b"upload").hexdigest()
    world.log(Promise(at_ms=world.now_ms, upload=made, deadline_ms=world.now_ms + 1000))
    world.pass_time(1)
    return Told(world=world)


def keys_seized() -> Told:
    """A new root of trust that the former keepers did not sign."""
    world = _lived()
    key = b64encode(public_key_of(key_of("usurper"))).decode()
    document = msgspec.structs.replace(world.documents[0], version=2, root_keys=(key,))
    data = encode_trust(document)
    signer, signature = sign_trust(data, private_key=key_of("usurper"))
    world.log(
        Trust(
            at_ms=world.now_ms, version=2, document=data.decode(),
            signatures=(RootSignature(key=signer, signature=signature),),
        )
    )  # fmt: skip
    return Told(world=world)


# ------------------------------------------------------------------------------ the catalogue


def a_removal_not_applied() -> Told:
    world = _lived()
    world.decide(world.pocket.slates[0].videos[0], "remove")
    world.pocket._flagged = lambda rows: rows  # type: ignore[method-assign]
    world.freeze()
    return Told(world=world)


def hidden_without_a_decision() -> Told:
    world = _lived()
    honest = world.pocket._flagged

    def flagged(rows: Rows) -> Rows:
        changed = honest(rows).copy()
        changed["flags"][3] |= 64
        return changed

    world.pocket._flagged = flagged  # type: ignore[method-assign]
    world.freeze()
    return Told(world=world)


def a_header_that_says_otherwise() -> Told:
    world = _lived()
    world.decide(world.pocket.slates[0].videos[0], "remove")
    world.before_logged = lambda entry: (
        msgspec.structs.replace(entry, decisions=0) if isinstance(entry, EpochFrozen) else entry
    )
    world.freeze()
    return Told(world=world)


def a_video_pulled_toward_everybody() -> Told:
    world = _lived()
    honest = world.pocket._flagged

    def pulled(rows: Rows) -> Rows:
        changed = honest(rows).copy()
        changed["embedding"][3] = 90
        return changed

    world.pocket._flagged = pulled  # type: ignore[method-assign]
    world.freeze()
    return Told(world=world)


def _placed(*, lists: bool) -> HonestWorld:
    """A world under weights that place every second video."""
    world = _lived()
    index = world.pocket.index
    places = places_of(
        index.ids[::2].astype(np.uint64), np.ascontiguousarray(index.embeddings[1::2])
    )
    centroids = (
        centroids_of(np.ascontiguousarray(index.embeddings[:4]), probes=2) if lists else None
    )
    data = with_places(starting_weights(), places=places, centroids=centroids)
    world.log_weights(data, origin="imported", parent=digest_of(starting_weights()))
    world.pocket.publish_weights(data)
    return world


def a_video_elsewhere_than_the_weights_place_it() -> Told:
    world = _placed(lists=False)
    honest = world.pocket._flagged

    def pulled(rows: Rows) -> Rows:
        changed = honest(rows).copy()
        changed["embedding"][2, 5] ^= 1
        return changed

    world.pocket._flagged = pulled  # type: ignore[method-assign]
    world.freeze()
    return Told(world=world)


def other_centroids_than_the_weights_bring() -> Told:
    world = _placed(lists=True)
    world.freeze()
    other = msgspec.structs.replace(world.pocket.weights, centroids=None)
    world.pocket.weights = other
    world.freeze()
    return Told(world=world)


def another_caption_on_screen() -> Told:
    world = _lived()
    video = min(world.facts)
    world.facts[video] = msgspec.structs.replace(world.facts[video], caption="Something else")
    return Told(world=world)


def another_sound_than_it_was_placed_by() -> Told:
    world = _lived()
    video = min(world.facts)
    world.facts[video] = msgspec.structs.replace(world.facts[video], sound=(9, -9) * 32)
    return Told(world=world)


def another_meaning_than_it_was_placed_by() -> Told:
    world = _lived()
    video = min(world.facts)
    world.facts[video] = msgspec.structs.replace(world.facts[video], meaning=(9, -9) * 32)
    return Told(world=world)


def an_epoch_kept_back() -> Told:
    world = _lived()
    world.pruned.add(1)
    return Told(world=world)


def a_policy_kept_back() -> Told:
    world = _lived()
    del world.objects[digest_of(world.policies[0])]
    return Told(world=world)


def another_file_under_a_hash() -> Told:
    world = _lived()
    world.objects[digest_of(world.policies[0])] = world.policies[1]
    return Told(world=world)


def removed_only_in_words() -> Told:
    world = _lived()
    world.gone[min(world.facts)] = "rules"
    return Told(world=world)


def an_hour_key_kept_back() -> Told:
    world = _lived()
    world.now_ms += 2 * HOUR_MS
    world.freeze()
    world.now_ms += 2 * HOUR_MS
    world.freeze()
    return Told(world=world)


# -------------------------------------------------------------------------------- the receipts


def a_slate_swapped() -> Told:
    world = _lived()
    world.serve(viewer_of(0))
    shown = parse_receipt(world.pocket.slates[-1].receipt).slate
    _replace_last(world, slate=(shown[1], shown[0], *shown[2:]))
    world.log_interval()
    return _handed_over(world)


def candidates_changed_in_this_hour() -> Told:
    """Videos were left out of what was considered, and the hour's key is not revealed yet."""
    world = _lived()
    world.serve(viewer_of(0))
    _replace_last(world, candidates=Digest(sha256(b"fewer").hexdigest()))
    world.log_interval()
    return Told(world=world, receipts=world.receipts_file())


def a_topic_buried_for_one_viewer() -> Told:
    """Another catalogue, whose root the receipt names."""
    return _served_then(epoch_root=Digest(sha256(b"a copy").hexdigest()))


def other_weights_for_one_viewer() -> Told:
    return _served_then(weights=Digest(sha256(b"others").hexdigest()))


def an_epoch_never_logged() -> Told:
    return _served_then(epoch=99)


def another_release() -> Told:
    return _served_then(release=Digest(sha256(b"patched").hexdigest()))


def an_unlogged_policy() -> Told:
    return _served_then(policy_digest=Digest(sha256(b"patched").hexdigest()))


def another_hour_key_for_one_viewer() -> Told:
    return _served_then(hour_commitment=Digest(sha256(b"tried").hexdigest()))


def a_stale_epoch_for_one_viewer() -> Told:
    world = _lived()
    last = parse_receipt(world.pocket.slates[-1].receipt)
    world.freeze()
    world.now_ms += 40_000
    world.serve(viewer_of(0))
    root = world.pocket.epochs[last.epoch].root
    _replace_last(world, epoch=last.epoch, epoch_root=root)
    world.log_interval()
    return _handed_over(world)


def an_epoch_logged_after_its_use() -> Told:
    world = _lived()
    world.pocket.freeze(world.now_ms)
    world.serve(viewer_of(0))
    world.log_interval()
    world.now_ms += 70_000
    world.log_epochs()
    return _handed_over(world)


def a_request_rolled_again() -> Told:
    world = _lived()
    world.serve(viewer_of(0))
    first = world.pocket.slates[-1]
    world.pocket.slates.append(world.resign(first, nonce="f" * 32))
    world._new_slates.append(world.pocket.slates[-1])
    world.log_interval()
    return _handed_over(world)


def a_receipt_edited_afterwards() -> Told:
    """The next receipt names the one that was signed first."""
    world = _lived()
    chosen = next(i for i, slate in enumerate(world.pocket.slates) if slate.number == 1)
    shown = parse_receipt(world.pocket.slates[chosen].receipt).slate
    made = world.resign(world.pocket.slates[chosen], slate=(shown[1], shown[0], *shown[2:]))
    world.pocket.slates[chosen] = made
    return _handed_over(world)


def a_slate_never_logged() -> Told:
    world = _lived()
    world.serve(viewer_of(0))
    world._new_slates.clear()
    world.log_interval()
    return _handed_over(world)


def a_slate_kept_back() -> Told:
    world = _lived(9)
    chosen = next(s for s in world.pocket.slates if s.number == 2)
    world.pocket.slates.remove(chosen)
    return _handed_over(world)


def an_event_forged() -> Told:
    world = _lived()
    told = _handed_over(world)
    assert told.receipts is not None
    first, *rest = told.receipts.viewers
    forged = (first.events[0].replace(b'"at_ms":17', b'"at_ms":16'), *first.events[1:])
    viewers = (msgspec.structs.replace(first, events=forged), *rest)
    return Told(world=world, receipts=msgspec.structs.replace(told.receipts, viewers=viewers))


def a_slate_logged_as_of_another_time() -> Told:
    world = _lived()
    world.serve(viewer_of(0))
    world.now_ms += 120_000
    world._last_ms = world.now_ms - 1000
    world.log_interval()
    return _handed_over(world)


EVIDENT: dict[str, tuple[Lie, str]] = {
    lie.__name__: (lie, rule)
    for lie, rule in (
        (two_histories, "fork"),
        (rewritten_history, "rewrite"),
        (rewritten_from_a_power_of_two, "rewrite"),
        (a_history_for_one_viewer, "rewrite"),
        (another_beginning, "two_trusts"),
        (an_address_in_the_log, "bad_entry"),
        (bytes_in_the_log, "bad_entry"),
        (an_epoch_chained_elsewhere, "epoch_chain"),
        (an_epoch_left_out, "epoch_gap"),
        (weights_swapped_unlogged, "weights_unlogged"),
        (a_wrong_hour_key, "hour_key_wrong"),
        (a_promise_broken, "promise_broken"),
        (keys_seized, "trust_handed_on"),
        (a_removal_not_applied, "row_flags"),
        (hidden_without_a_decision, "row_flags"),
        (a_header_that_says_otherwise, "epoch_header"),
        (a_slate_swapped, "replay"),
        (candidates_changed_in_this_hour, "replay"),
        (a_topic_buried_for_one_viewer, "epoch_root"),
        (other_weights_for_one_viewer, "epoch_weights"),
        (an_epoch_never_logged, "epoch_unlogged"),
        (another_release, "release_unlogged"),
        (an_unlogged_policy, "policy_unlogged"),
        (another_hour_key_for_one_viewer, "hour_commitment"),
        (a_stale_epoch_for_one_viewer, "epoch_stale"),
        (an_epoch_logged_after_its_use, "epoch_late"),
        (a_request_rolled_again, "two_receipts"),
        (a_receipt_edited_afterwards, "chain"),
    )
}

UNPROVEN: dict[str, tuple[Lie, str]] = {
    lie.__name__: (lie, rule)
    for lie, rule in (
        (a_video_pulled_toward_everybody, "row_differs"),
        (a_video_elsewhere_than_the_weights_place_it, "row_place"),
        (other_centroids_than_the_weights_bring, "epoch_centroids"),
        (another_caption_on_screen, "row_differs"),
        (another_sound_than_it_was_placed_by, "row_differs"),
        (another_meaning_than_it_was_placed_by, "row_differs"),
        (an_epoch_kept_back, "epoch_withheld"),
        (a_policy_kept_back, "object_withheld"),
        (another_file_under_a_hash, "object_withheld"),
        (removed_only_in_words, "row_differs"),
        (an_hour_key_kept_back, "hour_key_withheld"),
        (a_slate_never_logged, "receipt_not_in_log"),
        (a_slate_kept_back, "numbers_missing"),
        (an_event_forged, "events_differ"),
        (a_slate_logged_as_of_another_time, "interval_time"),
    )
}
