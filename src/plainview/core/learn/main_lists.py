"""The centroids that an epoch names: those of its main weights, whichever weights rank."""

from collections.abc import Callable

from plainview.core.learn.errors import NoMainWeights
from plainview.core.learn.weights_file import load_weights
from plainview.core.terms.epoch import EpochHeader
from plainview.core.terms.ids import NO_DIGEST, Digest
from plainview.core.terms.weights import Centroids, Weights


def centroids_under(
    header: EpochHeader, weights: Weights, *, file_of: Callable[[Digest], bytes | None]
) -> Centroids | None:
    """What the rows under `header` are divided by, to build the index on which `weights` rank: its
    own where they are the main ones, for those of a line the main file's.

    Args:
        file_of: the weights file of a digest, None where it is not at hand; asked only for a line
            under a header that names centroids.
    Raises: NoMainWeights. WeightsRefused.
    """
    if weights.digest == header.weights:
        return weights.centroids
    if header.centroids == NO_DIGEST:
        return None
    data = file_of(header.weights)
    if data is None:
        raise NoMainWeights(f"weights {header.weights}")
    return load_weights(data).centroids
