"""Networks that stand side by side in one: what it says is the mean of what each says.

Another draw of the same tick says something a little different of each example. The mean of the
logits of k networks with one hidden layer of h units is itself a network with one hidden layer, of
k * h units: hidden layers side by side, output weights divided by k, biases averaged. So several
draws become one file, quantised once and served by the same kernel. The service publishes ticks one
by one; the benchmark of quality stands draws side by side. Source: Hansen and Salamon, "Neural
network ensembles", 1990.
"""

from collections.abc import Sequence
from hashlib import sha256

import numpy as np

from plainview.core.learn.errors import NotAlike
from plainview.core.learn.network import Network, layer_slices
from plainview.core.learn.recipe import WIDTH_MAX
from plainview.core.learn.tick import Tick, fitted_of, integer_file
from plainview.core.learn.window import Examples
from plainview.core.terms.weights import SERVING, Schema

DEPTH = 3
"""Inputs, one hidden layer, heads."""


def side_by_side(networks: Sequence[Network]) -> Network:
    """The network whose logits are the mean of those of `networks`, but for rounding; nothing seen,
    for no tick learned it.

    Raises: NotAlike: none at all, more than one hidden layer, other inputs or heads, or too wide.
    """
    shapes = {(len(network.widths), network.widths[0], network.widths[-1]) for network in networks}
    if len(shapes) != 1 or next(iter(shapes))[0] != DEPTH:
        raise NotAlike(f"widths {[n.widths for n in networks]}: one hidden layer, alike around it")
    _, inputs, heads = next(iter(shapes))
    hidden = sum(network.widths[1] for network in networks)
    if hidden > WIDTH_MAX:
        raise NotAlike(f"{hidden} hidden units side by side, at most {WIDTH_MAX}")
    share = np.float32(1) / np.float32(len(networks))
    first, first_bias, last = [], [], []
    bias = np.zeros(heads, dtype=np.float64)
    for network in networks:
        (ws, bs), (out_ws, out_bs) = layer_slices(network.widths)
        first.append(network.theta[ws].reshape(inputs, -1))
        first_bias.append(network.theta[bs])
        last.append(network.theta[out_ws] * share)
        bias += network.theta[out_bs]
    theta = np.concatenate([
        np.hstack(first).ravel(), *first_bias, *last, (bias / len(networks)).astype(np.float32),
    ])  # fmt: skip
    return Network(widths=(inputs, hidden, heads), theta=theta, seen=np.zeros_like(theta))


def one_file(
    ticks: Sequence[Tick], examples: Examples, *, name: str, schema: Schema = SERVING
) -> bytes:
    """The weights file of what `ticks` learned from `examples`, side by side: quantised once, as a
    tick's own is, on examples drawn by all their seeds. It has no watch times and places no videos.

    Raises: NotAlike: see `side_by_side`. NotExact: what came out has no integer form.
    """
    network = side_by_side([tick.network for tick in ticks])
    seed = sha256(b"".join((b"side by side\n", *(tick.seed for tick in ticks)))).digest()
    fitted = fitted_of(examples, seed=seed)
    return integer_file(network, fitted, name=f"{name}-{seed.hex()[:12]}", schema=schema)
