"""Prepare an edition: name it, offer the policies, publish weights, commit to hour keys."""

from collections.abc import Sequence

from plainview.core.policy import compile_policy
from plainview.core.receipts import hour_commitment, hour_of
from plainview.core.receipts.seed import KEY_BYTES
from plainview.core.terms.ids import Digest
from plainview.ports.clock import Chance, Clock
from plainview.ports.commands import Writer
from plainview.ports.objects import Objects
from plainview.ports.serving import (
    HourKey,
    KeepHourKeys,
    NameEdition,
    OfferPolicies,
    PolicyRecord,
    PublishWeights,
    ServingReads,
)
from plainview.ports.tlog import LogReads, RevealHourKeys

STARTING = "starting-1"
"""The recipe of the weights that an edition begins with."""
HOURS_AHEAD = 48
"""Hours whose keys are committed to beforehand."""


def name_edition(edition: str, *, reads: ServingReads, writer: Writer) -> None:
    """Give the edition its name, unless it has one. Raises: WriterGone."""
    if reads.edition() is None:
        writer.submit(NameEdition(edition=edition))


def prepare_edition(
    *,
    edition: str,
    policies: Sequence[bytes],
    weights: bytes,
    reads: ServingReads,
    writer: Writer,
    objects: Objects,
    clock: Clock,
) -> None:
    """Make sure that slates can be made. Safe to repeat at every start.

    Raises: PolicyRefused: a policy file that must not be offered. WriterGone.
    """
    name_edition(edition, reads=reads, writer=writer)
    offered = [PolicyRecord(compile_policy(data).name, objects.put(data)) for data in policies]
    if list(reads.policies()) != offered:
        writer.submit(OfferPolicies(policies=tuple(offered), at_ms=clock.now_ms()))
    digest: Digest = objects.put(weights)
    if reads.weights() is None:
        writer.submit(
            PublishWeights(digest=digest, recipe=STARTING, origin="starting", at_ms=clock.now_ms())
        )


def reveal_hours(*, reads: LogReads, writer: Writer, clock: Clock) -> bool:
    """Log the keys of hours that are over; whether there were any. Raises: WriterGone."""
    now_ms = clock.now_ms()
    is_due = reads.has_keys_to_reveal(now_ms)
    if is_due:
        writer.submit(RevealHourKeys(at_ms=now_ms))
    return is_due


def commit_hours(*, reads: ServingReads, writer: Writer, clock: Clock, chance: Chance) -> None:
    """Commit to the keys of this hour and of the next HOURS_AHEAD that have none."""
    now_ms = clock.now_ms()
    hours = range(hour_of(now_ms), hour_of(now_ms) + HOURS_AHEAD + 1)
    wanted = [hour for hour in hours if reads.hour_key(hour) is None]
    if not wanted:
        return
    drawn = [(hour, chance.token(KEY_BYTES)) for hour in wanted]
    keys = tuple(HourKey(hour, key, hour_commitment(hour, key)) for hour, key in drawn)
    writer.submit(KeepHourKeys(keys=keys, at_ms=now_ms))
