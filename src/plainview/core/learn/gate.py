"""Whether what a tick learned is published: judged on examples it has not learned from."""

from collections.abc import Sequence
from typing import Final

import msgspec

from plainview.core.learn.judge import UNKNOWN, Metrics, auc_ppm, judge, judged_labels
from plainview.core.learn.kernels import Floats
from plainview.core.learn.recipe import Recipe
from plainview.core.learn.watch_labels import WATCH, is_same_question
from plainview.core.learn.window import LABEL_ONE, Examples
from plainview.core.terms.weights import HEADS, Weights

REASONS: Final = ("held_out_small", "clips", "quantised", "worse", "head_worse", "times_worse")
"""Why a candidate is dropped, in the order in which they are tried; the first that fits decides."""

TOLD_AT: Final = 1000


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What the gate found. `reason` is "" if the candidate may be published, else of REASONS, and
    `detail` says where. `float_auc_ppm` is what the float network reaches, per head."""

    reason: str
    detail: str
    parent: Metrics
    candidate: Metrics
    float_auc_ppm: tuple[int, ...]


def gate(
    candidate: Weights,
    *,
    parent: Weights,
    held_out: Examples,
    float_logits: Floats,
    recipe: Recipe,
) -> Verdict:
    """Judge `candidate` beside its parent.

    Dropped if, in this order:
     - fewer than `held_out_min` examples are held out: nothing can be told;
     - of some head more than `clipped_ppm_max` outputs are outside its table;
     - of some head that has `positives_min` positives and as many negatives, its area under the
       curve is too far below that of the float network: by more than `quantised_ppm_max` at
       TOLD_AT positives or more, with fewer in proportion more, since each of them weighs more;
     - the sum of the losses of all heads compared is not below the parent's;
     - the loss of such a head compared is more than `head_worse_ppm_max` of itself above the
       parent's;
     - watch times are off by that much more than the parent's, where both have them.

    All heads are compared, but `watch` is not where what it predicts is another thing than the
    parent's does: a quantile for a share, or quantiles among other lengths. Then the others decide.

    Args:
        held_out: n >= 1 examples the candidate did not learn from. float_logits: (n, heads) what
            the float network gives for them.
    """
    before, after = judge(parent, held_out), judge(candidate, held_out)
    is_positive = judged_labels(candidate, held_out) * 2 >= LABEL_ONE
    names = candidate.schema.heads
    is_same = is_same_question(parent.watch_times, candidate.watch_times)
    compared = [h for h, name in enumerate(names) if is_same or name != WATCH]
    floats = [auc_ppm(float_logits[:, h], is_positive[:, h]) for h in range(len(names))]
    reason, detail = _reason(before, after, floats, recipe, names, compared)
    return Verdict(
        reason=reason, detail=detail, parent=before, candidate=after, float_auc_ppm=tuple(floats)
    )


def _reason(
    before: Metrics,
    after: Metrics,
    floats: Sequence[int],
    recipe: Recipe,
    names: Sequence[str] = HEADS,
    compared: Sequence[int] = range(len(HEADS)),
) -> tuple[str, str]:
    if after.examples < recipe.held_out_min:
        return "held_out_small", f"{after.examples} of {recipe.held_out_min}"
    told = [
        h
        for h, head in enumerate(after.heads)
        if min(head.positives, after.examples - head.positives) >= recipe.positives_min
    ]
    for h, head in enumerate(after.heads):
        if head.clipped_ppm > recipe.clipped_ppm_max:
            return "clips", f"{names[h]}: {head.clipped_ppm} ppm"
    for h in told:
        lost = floats[h] - after.heads[h].auc_ppm
        positives = after.heads[h].positives
        if lost * positives > recipe.quantised_ppm_max * max(positives, TOLD_AT):
            return "quantised", f"{names[h]}: {lost} ppm"
    lost_before, lost_after = (
        sum(side.losses_q24[h] for h in compared) for side in (before, after)
    )
    if lost_after >= lost_before:
        return "worse", f"{lost_after} is not below {lost_before}"
    for h in told:
        old, new = before.heads[h].loss_micro, after.heads[h].loss_micro
        if h in compared and (new - old) * 1_000_000 > recipe.head_worse_ppm_max * old:
            return "head_worse", f"{names[h]}: {old} to {new}"
    old, new = before.times_off_ms, after.times_off_ms
    if UNKNOWN not in (old, new) and (new - old) * 1_000_000 > recipe.head_worse_ppm_max * old:
        return "times_worse", f"{old} to {new} ms"
    return "", ""
