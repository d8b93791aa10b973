"""Roll back: publish earlier weights again, with the reason in the log; learning goes on there."""

from collections.abc import Sequence

from plainview.core.learn import WeightsRefused, load_weights
from plainview.core.learn.lineage_file import Files, RestoredLineage, encode_restored
from plainview.core.terms.hashing import digest_of
from plainview.core.terms.ids import Digest
from plainview.flows.learn_tick import FilesDiffer, stored
from plainview.ports.clock import Clock
from plainview.ports.commands import Writer
from plainview.ports.learning import LearningReads, Published, RestoreWeights
from plainview.ports.objects import NoObject, Objects


class CannotRestore(Exception):
    """Nothing was published; the message says why and what to do."""


def roll_back(
    to: Digest | None,
    *,
    reason: str,
    learning: LearningReads,
    objects: Objects,
    writer: Writer,
    clock: Clock,
) -> Published:
    """Publish earlier weights again.

    Args:
        to: their digest; None: those that were in use before the ones in use were first published.
        reason: one of RESTORE_REASONS.
    Returns: the earlier publication that is in force again.
    Raises: CannotRestore. Refused: other weights were published meanwhile; look again. WriterGone.
    """
    published = learning.published()
    in_use = published[-1] if published else None
    if in_use is None:
        raise CannotRestore("Nothing was published yet.")
    earlier = _earlier(published, to)
    try:
        load_weights(stored(earlier.digest, objects=objects))
    except (NoObject, FilesDiffer, WeightsRefused) as error:
        raise CannotRestore(f"The weights {earlier.digest} cannot be used: {error}.") from error
    document = encode_restored(
        RestoredLineage(
            parent=files_of(in_use.digest, learning=learning),
            candidate=files_of(earlier.digest, learning=learning),
            lineage=earlier.lineage,
            reason=reason,
        )
    )
    writer.submit(
        RestoreWeights(
            digest=earlier.digest,
            parent=in_use.digest,
            lineage=objects.put(document),
            recipe_name=earlier.recipe,
            at_ms=clock.now_ms(),
        )
    )
    return earlier


def files_of(weights: Digest, *, learning: LearningReads) -> Files:
    """Weights and the state that belongs to them."""
    by = learning.learned_by(weights)
    return Files(weights=weights, state=by.made.state if by else digest_of(b""))


def _earlier(published: Sequence[Published], to: Digest | None) -> Published:
    in_use = published[-1]
    if to is not None:
        named = [one for one in published if one.digest.startswith(to)]
        if len({one.digest for one in named}) != 1:
            many = "Several" if named else "No"
            raise CannotRestore(f"{many} weights that were published are called {to}….")
        if named[0].digest == in_use.digest:
            raise CannotRestore("Those weights are in use.")
        return named[0]
    first = next(one for one in published if one.digest == in_use.digest)
    if first.n == published[0].n:
        raise CannotRestore("No weights were published before those in use.")
    return published[published.index(first) - 1]
