"""The system-call filter, interpreted step by step, for both kinds of machine."""

import struct

import pytest

from plainview.edge._jailed_start import (
    AUDIT_ARCHES,
    CLONE,
    CLONE3,
    CLONE_THREAD,
    DENIED,
    X32_BIT,
    seccomp_program,
)

ALLOW, KILL, EPERM, ENOSYS = 0x7FFF0000, 0x80000000, 0x00050001, 0x00050026
MACHINES = tuple(AUDIT_ARCHES)
# read, write, openat, mmap, exit_group, execve, futex: what every program needs.
NEEDED = {
    "x86_64": (0, 1, 257, 9, 231, 59, 202),
    "aarch64": (63, 64, 56, 222, 94, 221, 98),
}


def verdict(machine: str, number: int, *, arg0: int = 0, arch: int | None = None) -> int:
    """What the kernel would answer: classic BPF over struct seccomp_data, four kinds of step."""
    data = struct.pack(
        "<iIQQQQQQQ", number, AUDIT_ARCHES[machine] if arch is None else arch, 0, arg0, *[0] * 5
    )
    program = list(struct.iter_unpack("<HBBI", seccomp_program(machine)))
    at = accumulator = 0
    while True:
        code, if_true, if_false, operand = program[at]
        at += 1
        if code == 0x20:
            (accumulator,) = struct.unpack_from("<I", data, operand)
        elif code == 0x06:
            return int(operand)
        else:
            holds = {
                0x15: accumulator == operand,
                0x35: accumulator >= operand,
                0x45: bool(accumulator & operand),
            }[code]
            at += if_true if holds else if_false


@pytest.mark.parametrize("machine", MACHINES)
def test_what_programs_need_is_allowed(machine: str) -> None:
    """Reading, writing, opening, mapping, starting and leaving pass."""
    for number in NEEDED[machine]:
        assert verdict(machine, number) == ALLOW


@pytest.mark.parametrize("machine", MACHINES)
def test_each_denied_call_is_denied(machine: str) -> None:
    """Every call on the list fails with EPERM on the machines that have it."""
    column = MACHINES.index(machine)
    numbers = [pair[column] for pair in DENIED.values()]
    assert sum(number is not None for number in numbers) > 60
    for number in numbers:
        if number is not None:
            assert verdict(machine, number) == EPERM


@pytest.mark.parametrize("machine", MACHINES)
def test_threads_yes_processes_no(machine: str) -> None:
    """`clone` passes for a thread alone; `clone3` is reported as unknown."""
    assert verdict(machine, CLONE[machine], arg0=CLONE_THREAD | 0x100) == ALLOW
    assert verdict(machine, CLONE[machine], arg0=0x11) == EPERM
    assert verdict(machine, CLONE3) == ENOSYS


@pytest.mark.parametrize("machine", MACHINES)
def test_another_architecture_dies(machine: str) -> None:
    """Calls by another table, where the numbers mean other things, end the process."""
    assert verdict(machine, 0, arch=0x40000003) == KILL
    assert verdict(machine, X32_BIT) == KILL
