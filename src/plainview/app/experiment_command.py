"""`plainview experiment`: declare, read and stop experiments."""

import argparse
import sys
from math import isinf
from pathlib import Path

from plainview.app.experiment_words import (
    line_words,
    metric_words,
    moment_text,
    number_words,
    state_words,
)
from plainview.app.recipe_file import ON, canonical_recipe, recipe_to_edit
from plainview.app.trust_command import writing
from plainview.app.wire import Wired
from plainview.core.experiments import METRICS, BadPlan, Estimate, NoChoices
from plainview.core.learn import BadRecipe
from plainview.core.policy import PolicyRefused
from plainview.core.terms.hashing import digest_of
from plainview.edge.data_folder import DataFolder, FolderRefused
from plainview.flows.run_experiment import Experiments, NoExperiment, Shown
from plainview.ports.commands import Refused


def experiment_command(options: argparse.Namespace, data: Path) -> int:
    """Run `plainview experiment`; the exit status."""
    if options.what is None and options.action != "status":
        print(f"plainview: which? plainview experiment {options.action} …", file=sys.stderr)
        return 2
    if options.action == "recipe":
        return _recipe(options.what)
    folder = DataFolder(data)
    if not folder.database.exists():
        print(f"plainview: there is nothing at {data}.", file=sys.stderr)
        return 1
    wired = Wired(folder)
    wired.writer.close()
    try:
        if options.action == "declare":
            return _declare(folder, wired, Path(options.what), recipes=options.recipe)
        if options.action == "adopt":
            return _adopt(wired, options.what, to=options.to)
        if options.action == "stop":
            return _stop(folder, wired, options.what)
        if options.action == "estimate":
            return _estimate(wired, Path(options.what), slates=options.slates)
        return _status(wired, options.what)
    except (
        BadPlan,
        BadRecipe,
        NoExperiment,
        NoChoices,
        PolicyRefused,
        FolderRefused,
        OSError,
    ) as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 1
    except Refused as refusal:
        print(f"plainview: {refusal.message}", file=sys.stderr)
        return 1
    finally:
        wired.reads.db.close()


def _recipe(what: str) -> int:
    """The line of a recipe in a declaration, or the program's own recipe to edit."""
    try:
        if what == ON:
            print(recipe_to_edit(what))
            return 0
        recipe, data = canonical_recipe(Path(what))
    except (BadRecipe, OSError) as error:
        print(f"plainview: {error}", file=sys.stderr)
        return 1
    print(f'{recipe.name} = "{digest_of(data)}"')
    return 0


def _adopt(wired: Wired, line: str, *, to: str | None) -> int:
    """Write the recipe of a line and say how it becomes the main one."""
    name, _, recipe = line.partition("/")
    data = wired.experiment_flow().recipe(name, recipe)
    if to is None:
        print("plainview: say where to write it: --to FILE", file=sys.stderr)
        return 2
    Path(to).write_bytes(data)
    print(
        f"The recipe “{recipe}”, as “{name}” declared it, is in {to}. To learn by it from now on:"
    )
    print(f"  plainview up --learn {to}")
    print("The main line then learns by it, from the weights that rank now; the log names the")
    print("recipe with each publication. What its line learned ends with the experiment.")
    return 0


def _declare(folder: DataFolder, wired: Wired, file: Path, *, recipes: list[str]) -> int:
    data = file.read_bytes()
    given = [canonical_recipe(Path(one))[1] for one in recipes]
    with writing(folder) as writer:
        plan = _flow(wired, writer).declare(data, recipes=given)
    print(f"The experiment “{plan.name}” is declared in the public log.")
    for arm, share in zip(plan.arms, plan.shares_milli, strict=True):
        print(f"  {share / 10:5.1f} %  {arm}")
    print(
        f"It begins by itself at {moment_text(plan.from_ms)}, and ends {moment_text(plan.to_ms)}."
    )
    print(f"What it shows: /operator/experiments/{plan.name}, for the operator's browser.")
    if plan.recipes_by_name and not folder.learns:
        print(
            "! Its recipes learn only while the service runs without --learn off, which it does"
            " not now; until then their arms rank by the weights in use.",
        )
    return 0


def _stop(folder: DataFolder, wired: Wired, name: str) -> int:
    with writing(folder) as writer:
        record = _flow(wired, writer).stop(name)
    print(f"The experiment “{name}” is over from {moment_text(record.over_ms)} on.")
    print("The service logs its end then, with the salt that divided its viewers.")
    return 0


def _flow(wired: Wired, writer: object) -> Experiments:
    wired.writer = writer  # type: ignore[assignment]
    return wired.experiment_flow()


def _status(wired: Wired, name: str | None) -> int:
    flow, now_ms = wired.experiment_flow(), wired.clock.now_ms()
    if name is not None:
        _say(flow.shown(name), now_ms=now_ms)
        return 0
    found = flow.all()
    if not found:
        print("No experiment was declared yet. How: plainview experiment --help")
    for one in found:
        arms = ", ".join(
            f"{arm} {share / 10:g} %" for arm, share in zip(one.arms, one.shares_milli, strict=True)
        )
        print(f"{one.name:<24}  {state_words(one, now_ms=now_ms):<44}  {arms}")
    return 0


def _estimate(wired: Wired, file: Path, *, slates: int) -> int:
    """Judge a policy by the newest slates; 1 where it cannot be told."""
    from plainview.core.policy import compile_policy
    from plainview.flows.estimate_policy import PolicyEstimator

    policy = compile_policy(file.read_bytes())
    found = PolicyEstimator(reads=wired.experiments, evidence=wired.evidence()).estimate(
        policy, slates=slates
    )
    print(f"By {found.slates:,} slates, {found.unusable:,} of them without their inputs:")
    print(f"  {found.served.rows:,} places watched by {found.served.clusters:,} viewers")
    print("  share of two playings of a video that is watched, per place, and 95 % interval")
    print(f"  as served              {_share(found.served)}")
    for estimate, refusal in found.estimates:
        print(f"  {policy.name:<16} {estimate.method:<5} {refusal or _share(estimate)}")
    told = [estimate for estimate, refusal in found.estimates if not refusal]
    for one in told[:1]:
        print(f"  the log says as much as {one.effective:.0f} viewers of its own would")
    return 0 if told else 1


def _share(found: Estimate) -> str:
    return f"{found.value:.3f} [{found.low:.3f} .. {found.high:.3f}]"


def _say(shown: Shown, *, now_ms: int) -> None:
    """What one shows, as a table for each metric."""
    print(f"{shown.record.name}: {state_words(shown.record, now_ms=now_ms)}")
    print(f"{shown.plan.question}\n")
    for words in (*shown.reading.cautions, *shown.reading.tripped):
        print(f"! {words}")
    for one in shown.lines:
        print(f"  {line_words(one)}")
    first = shown.plan.arms[0]
    for metric in METRICS:
        print(f"\n{metric_words(metric)}, per viewer")
        for arm in shown.reading.arms:
            mean = number_words(metric, arm.means[metric])
            line = f"  {arm.arm:<24} {arm.counted:>7,} of {arm.viewers:>7,} viewers {mean:>10}"
            gap = arm.differences[metric]
            if arm.arm != first and not isinf(gap.low):
                low, high = number_words(metric, gap.low), number_words(metric, gap.high)
                line += f"   {number_words(metric, gap.value)} against {first} [{low} .. {high}]"
            elif arm.arm != first:
                line += "   cannot tell yet"
            print(line)
