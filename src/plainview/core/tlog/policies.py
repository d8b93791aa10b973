"""tlog-policy files: which logs, which witnesses, and how many of them are enough."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from plainview.core.tlog.checkpoints import OpenedCheckpoint, open_checkpoint
from plainview.core.tlog.errors import BadKey, BadPolicy, QuorumMissing
from plainview.core.tlog.notes import COSIGNATURE, ED25519, VerifierKey, parse_vkey

POLICY_BYTES_MAX: Final = 262_144
LOGS_MAX: Final = 64
WITNESSES_MAX: Final = 64
GROUPS_MAX: Final = 64
NONE: Final = "none"

_FORBIDDEN = re.compile(rb"[\x00-\x08\x0b-\x1f\x7f]")
_COUNT = re.compile(r"[1-9][0-9]{0,3}\Z")


@dataclass(frozen=True, slots=True)
class PolicyLog:
    """A `log` line."""

    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class PolicyWitness:
    """A `witness` line; `name` means something inside its policy only."""

    name: str
    key: VerifierKey
    url: str = ""


@dataclass(frozen=True, slots=True)
class PolicyGroup:
    """A `group` line: `threshold` of `members`, each a witness or an earlier group."""

    name: str
    threshold: int
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Policy:
    """A policy file's lines, in its order. `quorum` is a witness, a group or `none`."""

    logs: tuple[PolicyLog, ...]
    witnesses: tuple[PolicyWitness, ...]
    groups: tuple[PolicyGroup, ...]
    quorum: str

    def is_met_by(self, names: Collection[str]) -> bool:
        """Whether the witnesses of these names are enough."""
        if self.quorum == NONE:
            return True
        met = {witness.name for witness in self.witnesses} & set(names)
        for group in self.groups:  # members stand before their group
            if sum(member in met for member in group.members) >= group.threshold:
                met.add(group.name)
        return self.quorum in met


@dataclass(frozen=True, slots=True)
class Witnessed:
    """A checkpoint signed by a log of a policy, and when which of its witnesses cosigned it.

    `times_s` has the latest time for each witness that did, under its name in the policy.
    """

    opened: OpenedCheckpoint
    times_s: Mapping[str, int]
    is_quorum: bool


def judge_checkpoint(data: bytes, policy: Policy) -> Witnessed:
    """The checkpoint in `data` and how far the policy's witnesses stand behind it.

    Raises: what `open_checkpoint` does.
    """
    names = {witness.key: witness.name for witness in policy.witnesses}
    opened = open_checkpoint(data, [log.key for log in policy.logs], names)
    times: dict[str, int] = {}
    for signed in opened.signed_by:
        if name := names.get(signed.key):
            times[name] = max(signed.time_s, times.get(name, 0))
    return Witnessed(opened, times, policy.is_met_by(times))


def require_quorum(data: bytes, policy: Policy) -> Witnessed:
    """As `judge_checkpoint`. Raises besides: QuorumMissing: too few witnesses cosigned."""
    judged = judge_checkpoint(data, policy)
    if not judged.is_quorum:
        have = ", ".join(sorted(judged.times_s)) or "nobody"
        raise QuorumMissing(f"quorum {policy.quorum} is not met: cosigned by {have}")
    return judged


@dataclass(slots=True)
class _Reading:
    """What the lines so far have defined. Owned by one call of `parse_policy`."""

    logs: list[PolicyLog] = field(default_factory=list)
    witnesses: list[PolicyWitness] = field(default_factory=list)
    groups: list[PolicyGroup] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    members: set[str] = field(default_factory=set)
    quorum: str | None = None

    def define(self, name: str) -> None:
        if name == NONE or name in self.names:
            raise BadPolicy(f"the name {name!r} is taken")
        self.names.add(name)

    def log(self, vkey: str, url: str = "") -> None:
        key = _key_of(vkey, ED25519)
        if any(log.key.public_key == key.public_key for log in self.logs):
            raise BadPolicy("the same log key twice")
        self.logs.append(PolicyLog(key, url))

    def witness(self, name: str, vkey: str, url: str = "") -> None:
        key = _key_of(vkey, COSIGNATURE)
        if any(witness.key.public_key == key.public_key for witness in self.witnesses):
            raise BadPolicy("the same witness key twice")
        self.define(name)
        self.witnesses.append(PolicyWitness(name, key, url))

    def group(self, name: str, count: str, *members: str) -> None:
        for member in members:
            if member not in self.names:
                raise BadPolicy(f"{member!r} is not defined above")
            if member in self.members:
                raise BadPolicy(f"{member!r} is a member twice")
            self.members.add(member)
        threshold = {"any": 1, "all": len(members)}.get(count)
        if threshold is None:
            threshold = int(count) if _COUNT.match(count) else 0
        if not 1 <= threshold <= len(members):
            raise BadPolicy(f"{count!r} of {len(members)} members")
        self.define(name)
        self.groups.append(PolicyGroup(name, threshold, members))

    def set_quorum(self, name: str) -> None:
        if self.quorum is not None:
            raise BadPolicy("a second quorum line")
        if name != NONE and name not in self.names:
            raise BadPolicy(f"{name!r} is not defined above")
        self.quorum = name

    def line(self, words: list[str]) -> None:
        match words:
            case ["log", vkey, *url] if len(url) < 2:
                self.log(vkey, *url)
            case ["witness", name, vkey, *url] if len(url) < 2:
                self.witness(name, vkey, *url)
            case ["group", name, count, _, *_]:
                self.group(name, count, *words[3:])
            case ["quorum", name]:
                self.set_quorum(name)
            case _:
                raise BadPolicy("not a log, witness, group or quorum line")
        if (
            len(self.logs) > LOGS_MAX
            or len(self.witnesses) > WITNESSES_MAX
            or len(self.groups) > GROUPS_MAX
        ):
            raise BadPolicy(f"more than {LOGS_MAX} logs, witnesses or groups")


def _key_of(vkey: str, kind: int) -> VerifierKey:
    try:
        key = parse_vkey(vkey)
    except BadKey as error:
        raise BadPolicy(str(error)) from error
    if key.kind != kind:
        raise BadPolicy(f"a key of type {key.kind:02x} where {kind:02x} is due")
    return key


def parse_policy(data: bytes) -> Policy:
    """The policy in a file. Octets above 7F are opaque and compared as they are.

    Raises: BadPolicy: it is none; the message names the line.
    """
    if len(data) > POLICY_BYTES_MAX:
        raise BadPolicy(f"a policy of {len(data)} bytes; at most {POLICY_BYTES_MAX} are read")
    if _FORBIDDEN.search(data) or (data and not data.endswith(b"\n")):
        raise BadPolicy("a policy is lines, each ended by a line feed, without control characters")
    reading = _Reading()
    for number, line in enumerate(data.split(b"\n"), 1):
        words = line.decode(errors="surrogateescape").replace("\t", " ").split(" ")
        words = [word for word in words if word]
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.line(words)
        except BadPolicy as error:
            raise BadPolicy(f"line {number}: {error}") from error
    if reading.quorum is None:
        raise BadPolicy("no quorum line")
    return Policy(
        tuple(reading.logs), tuple(reading.witnesses), tuple(reading.groups), reading.quorum
    )


def encode_policy(policy: Policy) -> bytes:
    """A file that `parse_policy` reads as `policy`."""
    lines = [["log", log.key.vkey(), log.url] for log in policy.logs]
    lines += [["witness", w.name, w.key.vkey(), w.url] for w in policy.witnesses]
    lines += [["group", g.name, str(g.threshold), *g.members] for g in policy.groups]
    lines += [["quorum", policy.quorum]]
    text = "".join(" ".join(word for word in line if word) + "\n" for line in lines)
    return text.encode(errors="surrogateescape")
