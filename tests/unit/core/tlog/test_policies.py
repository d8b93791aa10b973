"""Policy files: which witnesses are enough."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plainview.core.tlog import (
    BadPolicy,
    NotSigned,
    PolicyGroup,
    QuorumMissing,
    encode_policy,
    judge_checkpoint,
    log_key,
    parse_policy,
    require_quorum,
    witness_key,
)
from plainview.core.tlog.policies import WITNESSES_MAX
from tests.sample_logs import LOG_KEY, TIME_S, cosigned, private_key, sample_log, sample_policy

NAMES = ("X1", "X2", "X3", "Y1", "Y2", "Y3")


def vkey(name: str) -> str:
    return witness_key(name, private_key(name)).vkey()


LINES = [
    f"log {LOG_KEY.vkey()}",
    "",
    *(f"witness {name} {vkey(name)}" for name in NAMES),
    "group X-witnesses 2 X1 X2 X3",
    "group Y-witnesses any Y1 Y2 Y3",
    "group X-and-Y all X-witnesses Y-witnesses",
    "quorum X-and-Y",
]
"""The example of C2SP tlog-policy."""


def policy_of(*lines: str) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


EXAMPLE = policy_of(*LINES)


@pytest.mark.parametrize(
    ("names", "is_met"),
    [
        ("X1 X2 Y1", True), ("X2 X3 Y3", True), (" ".join(NAMES), True), ("X1 Y1 Y2 Y3", False),
        ("X1 X2 X3", False), ("", False), ("X-and-Y", False), ("X1 X2 Y-witnesses", False),
    ],
)  # fmt: skip
def test_the_example_of_two_levels(names: str, is_met: bool) -> None:
    """Two of the X and any of the Y are enough; naming a group is not witnessing."""
    assert parse_policy(EXAMPLE).is_met_by(names.split()) == is_met


def test_what_a_file_says() -> None:
    """Logs, witnesses, groups and addresses are kept in the file's order, and written again."""
    policy = parse_policy(
        policy_of(
            "  # how we trust",
            f"\tlog\t {LOG_KEY.vkey()}  https://log.example/ ",
            f"witness w {vkey('w')} https://w.example/",
            "group g all w",
            "quorum w",
        )
    )
    assert policy.logs[0].key == LOG_KEY
    assert policy.logs[0].url == "https://log.example/"
    assert (policy.witnesses[0].name, policy.witnesses[0].url) == ("w", "https://w.example/")
    assert policy.groups == (PolicyGroup("g", 1, ("w",)),)
    assert parse_policy(encode_policy(policy)) == policy
    assert parse_policy(encode_policy(parse_policy(EXAMPLE))) == parse_policy(EXAMPLE)


def test_no_quorum_is_met_by_nobody() -> None:
    """`quorum none` asks for no witness at all; it is the whole of a file."""
    policy = parse_policy(b"quorum none\n")
    assert policy.is_met_by([])
    assert policy.logs == ()


@given(st.sets(st.sampled_from(NAMES)), st.integers(1, 6))
def test_k_of_n(names: set[str], k: int) -> None:
    """A group of k of six is met by exactly the sets of k and more."""
    lines = [*LINES[2:8], f"group g {k} {' '.join(NAMES)}", "quorum g"]
    assert parse_policy(policy_of(*lines)).is_met_by(names) == (len(names) >= k)


W = f"witness w {vkey('w')}"


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no quorum"),
        ([W], "no quorum"),
        (["quorum none", "quorum none"], "line 2: a second quorum"),
        (["quorum w", W], "line 1: 'w' is not defined"),
        ([W, "group g 1 v", "quorum g"], "line 2: 'v' is not defined"),
        ([W, "group g 1 g", "quorum g"], "line 2: 'g' is not defined"),
        ([W, "group g 1 none", "quorum g"], "'none' is not defined"),
        ([W, "group g 0 w", "quorum g"], "line 2: '0' of 1"),
        ([W, "group g 2 w", "quorum g"], "line 2: '2' of 1"),
        ([W, "group g 01 w", "quorum g"], "line 2: '01' of 1"),
        ([W, "group g most w", "quorum g"], "'most' of 1"),
        ([W, "group g 1", "quorum g"], "line 2: not a log"),
        ([W, "group g 1 w w", "quorum g"], "'w' is a member twice"),
        ([W, "group g 1 w", "group h 1 w", "quorum g"], "line 3: 'w' is a member twice"),
        ([W, "group w 1 w", "quorum w"], "the name 'w' is taken"),
        ([W, "group none 1 w", "quorum none"], "the name 'none' is taken"),
        ([W, f"witness w {vkey('v')}", "quorum w"], "line 2: the name 'w' is taken"),
        ([W, W.replace("witness w", "witness v"), "quorum w"], "the same witness key"),
        ([f"log {LOG_KEY.vkey()}", f"log {LOG_KEY.vkey()}", "quorum none"], "the same log key"),
        ([f"log {vkey('w')}", "quorum none"], "a key of type 04 where 01 is due"),
        ([f"witness w {LOG_KEY.vkey()}", "quorum w"], "a key of type 01 where 04 is due"),
        (["log nonsense", "quorum none"], "line 1: 'nonsense' is not of the form"),
        (["Quorum none"], "line 1: not a log"),
        (["quorum none # really"], "line 1: not a log"),
        (["quorum\u00a0none"], "line 1: not a log"),
        (["log a b c", "quorum none"], "line 1: not a log"),
    ],
)
def test_a_policy_that_is_none_is_refused_with_its_line(lines: list[str], said: str) -> None:
    """Doubles, names not defined above, thresholds that cannot be and stray words are refused."""
    with pytest.raises(BadPolicy, match=said):
        parse_policy(policy_of(*lines))


@pytest.mark.parametrize(
    "data", [b"quorum none", b"quorum none\r\n", b"quorum none\n\x00\n", b"\x7f\n"]
)
def test_octets_that_no_policy_has(data: bytes) -> None:
    """A last line without its end and control characters other than tab are refused."""
    with pytest.raises(BadPolicy, match="control"):
        parse_policy(data)


def test_names_are_octets() -> None:
    """A name that is not UTF-8 is a name, and a Kelvin sign is not a K."""
    kelvin = policy_of(W.replace(" w ", " \u212a "), "quorum K")
    with pytest.raises(BadPolicy, match="'K' is not defined"):
        parse_policy(kelvin)
    raw = W.encode().replace(b" w ", b" \xff\xfe ") + b"\nquorum \xff\xfe\n"
    policy = parse_policy(raw)
    assert encode_policy(policy) == raw
    assert policy.is_met_by([policy.witnesses[0].name])


def test_limits() -> None:
    """64 witnesses are read and 65 are not."""
    lines = [f"witness w{n} {vkey(f'w{n}')}" for n in range(WITNESSES_MAX + 1)]
    assert len(parse_policy(policy_of(*lines[:-1], "quorum none")).witnesses) == WITNESSES_MAX
    with pytest.raises(BadPolicy, match="line 65: more than 64"):
        parse_policy(policy_of(*lines, "quorum none"))


LOG = sample_log(9)
POLICY = sample_policy("a.example", "b.example", "c.example", threshold=2)


def test_who_cosigned_is_counted_once() -> None:
    """Two of three are a quorum; a witness twice is one, at its later time; a stranger is none."""
    note = LOG.checkpoint(9)
    once = cosigned(note, "a.example", "stranger.example")
    again = cosigned(once, "a.example", time_s=TIME_S + 9)
    judged = judge_checkpoint(again, POLICY)
    assert (judged.times_s, judged.is_quorum) == ({"w1": TIME_S + 9}, False)
    with pytest.raises(QuorumMissing, match="cosigned by w1"):
        require_quorum(again, POLICY)
    judged = require_quorum(cosigned(again, "c.example"), POLICY)
    assert judged.times_s == {"w1": TIME_S + 9, "w3": TIME_S}
    assert judged.opened.checkpoint.size == 9
    with pytest.raises(QuorumMissing, match="by nobody"):
        require_quorum(note, POLICY)


def test_a_log_outside_the_policy() -> None:
    """Cosignatures of known witnesses do not make an unknown log's checkpoint good."""
    forged = cosigned(LOG.checkpoint(9, signer="eve"), "a.example", "b.example")
    with pytest.raises(NotSigned):
        judge_checkpoint(forged, POLICY)
    assert log_key("log.example/plainview", private_key("eve")) != LOG_KEY
