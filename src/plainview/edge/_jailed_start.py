"""The last step before a jailed program: take rights away from oneself, then become it.

Run as a script by `jail.py` (`python -I -S _jailed_start.py SPEC`), with the standard library
alone, in a fresh single-threaded process. SPEC is JSON:
    parent_pid   die at once if this is not our parent (it died before we could ask to die with it)
    argv         what to become; "{seccomp_fd}" in it is replaced by the number of an open file that
                 holds the system-call filter
    nice         [of the process, of its session], on top of the parent's
    memory_bytes, cpu_s, output_bytes
    landlock     null when bubblewrap does the confining, else {"reads": [...], "writes": [...]}

Order matters: limits, then files (Landlock), then capabilities, then system calls, because each
step may need what the next takes. Source for numbers: Linux
include/uapi/linux/{landlock,seccomp,prctl,capability}.h and the system-call tables.
"""

import ctypes
import json
import os
import platform
import resource
import signal
import struct
import sys
import time

PR_SET_PDEATHSIG = 1
PR_SET_SECCOMP = 22
PR_CAPBSET_DROP = 24
PR_SET_NO_NEW_PRIVS = 38
SECCOMP_MODE_FILTER = 2
EPERM, ENOSYS = 1, 38

AUDIT_ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
CLONE = {"x86_64": 56, "aarch64": 220}
CLONE3 = 435
CLONE_THREAD = 0x00010000
X32_BIT = 0x40000000

# What no decoder needs: (x86-64 number, aarch64 number), None where the machine has no such call.
DENIED: dict[str, tuple[int | None, int | None]] = {
    # the network, and any way round the filter to it
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # other processes: making them, looking into them, ending them
    "fork": (57, None),
    "vfork": (58, None),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "setpriority": (141, 140),
    # memory that no limit counts, and things shared by name with the rest of the machine
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "mq_open": (240, 180),
    "shmget": (29, 194),
    "msgget": (68, 186),
    "semget": (64, 190),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    # the shape of the file system, and changes to files that Landlock does not see
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "unshare": (272, 97),
    "setns": (308, 268),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "name_to_handle_at": (303, 264),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "fchmodat2": (452, 452),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "truncate": (76, 45),
    # the kernel itself
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "adjtimex": (159, 171),
    "clock_adjtime": (305, 266),
    "iopl": (172, None),
    "ioperm": (173, None),
    "personality": (135, 92),
}

_LD_W_ABS, _JEQ, _JSET, _JGE, _RET = 0x20, 0x15, 0x45, 0x35, 0x06
_AT_NR, _AT_ARCH, _AT_ARG0 = 0, 4, 16
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000


def seccomp_program(machine: str) -> bytes:
    """The classic-BPF filter as `struct sock_filter[]`: another architecture dies, a denied call
    fails with EPERM.

    Threads may be made, processes may not: `clone` needs CLONE_THREAD, and `clone3`, whose flags a
    filter cannot see, is reported as unknown so that the C library falls back to `clone`.
    """
    column = ("x86_64", "aarch64").index(machine)
    numbers = sorted({number for pair in DENIED.values() if (number := pair[column]) is not None})
    program = [
        (_LD_W_ABS, 0, 0, _AT_ARCH),
        (_JEQ, 1, 0, AUDIT_ARCHES[machine]),
        (_RET, 0, 0, _KILL),
        (_LD_W_ABS, 0, 0, _AT_NR),
        (_JGE, 0, 1, X32_BIT),
        (_RET, 0, 0, _KILL),
        (_JEQ, 0, 1, CLONE3),
        (_RET, 0, 0, _ERRNO | ENOSYS),
        (_JEQ, 0, 4, CLONE[machine]),
        (_LD_W_ABS, 0, 0, _AT_ARG0),
        (_JSET, 0, 1, CLONE_THREAD),
        (_RET, 0, 0, _ALLOW),
        (_RET, 0, 0, _ERRNO | EPERM),
    ]
    for number in numbers:
        program += [(_JEQ, 0, 1, number), (_RET, 0, 0, _ERRNO | EPERM)]
    program.append((_RET, 0, 0, _ALLOW))
    return b"".join(struct.pack("<HBBI", *step) for step in program)


_LIBC = ctypes.CDLL(None, use_errno=True)


def _call(what: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _prctl(what: str, option: int, *values: object) -> None:
    padded = [*values, *([ctypes.c_ulong(0)] * (4 - len(values)))]
    _call(what, _LIBC.prctl(ctypes.c_int(option), *padded))


def _die_with(parent_pid: int) -> None:
    _prctl("die with the parent", PR_SET_PDEATHSIG, ctypes.c_ulong(signal.SIGKILL))
    if os.getppid() != parent_pid:
        os.kill(os.getpid(), signal.SIGKILL)


def session_nice(pid: int) -> int:
    """How nice the session of a process is; OSError where the kernel has no such groups.

    What descends from init without ever opening a session (some containers) is in no group: the
    file is empty, and its share is that of a session at 0.
    """
    with open(f"/proc/{pid}/autogroup") as group:  # noqa: PTH123 - imports the least
        words = group.read().split()
    return int(words[-1]) if words else 0


def give_way(process: int, session: int, parent_pid: int) -> None:
    """Be nicer than the parent by as much, and let this session be.

    Within a tenth of a second of another such change the kernel asks all but root to come again.
    """
    os.nice(process)
    for _ in range(6):
        try:
            theirs = session_nice(parent_pid)
            with open("/proc/self/autogroup", "w") as group:  # noqa: PTH123 - imports the least
                group.write(str(min(theirs + session, 19)))
        except BlockingIOError:
            time.sleep(0.03)
        except OSError:
            return  # no such groups here
        else:
            return


def _set_limits(spec: dict[str, int]) -> None:
    for which, soft, hard in (
        (resource.RLIMIT_CORE, 0, 0),
        (resource.RLIMIT_AS, spec["memory_bytes"], spec["memory_bytes"]),
        (resource.RLIMIT_CPU, spec["cpu_s"], spec["cpu_s"] + 5),
        (resource.RLIMIT_FSIZE, spec["output_bytes"], spec["output_bytes"]),
        (resource.RLIMIT_NOFILE, 256, 256),
    ):
        ceiling = resource.getrlimit(which)[1]
        if ceiling != resource.RLIM_INFINITY:
            soft, hard = min(soft, ceiling), min(hard, ceiling)
        resource.setrlimit(which, (soft, hard))


# Landlock rights by the version that brought them: 13 in the first, then refer, truncate, and
# device control in the fifth.
_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_RIGHTS_BY_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
_FILE_RIGHTS = _EXECUTE | _WRITE_FILE | _READ_FILE | 1 << 14 | 1 << 15
_DEVICE_CONTROL = 1 << 15
_MAKE_DEVICES = 1 << 6 | 1 << 11 | 1 << 9 | 1 << 10
_SCOPES_VERSION_MIN, _SCOPES = 6, 3


def _confine_files(reads: list[str], writes: list[str]) -> None:
    version = _call("Landlock", _LIBC.syscall(444, None, ctypes.c_size_t(0), ctypes.c_uint(1)))
    rights = (1 << _RIGHTS_BY_VERSION[min(version, 5)]) - 1
    attributes = struct.pack("<QQQ", rights, 0, _SCOPES if version >= _SCOPES_VERSION_MIN else 0)
    size = 24 if version >= _SCOPES_VERSION_MIN else 8
    ruleset = _call(
        "Landlock", _LIBC.syscall(444, attributes, ctypes.c_size_t(size), ctypes.c_uint(0))
    )
    allow_read = _EXECUTE | _READ_FILE | _READ_DIR
    allow_write = rights & ~(_EXECUTE | _DEVICE_CONTROL | _MAKE_DEVICES)
    for paths, allowed in ((reads, allow_read), (writes, allow_write)):
        for path in paths:
            if not os.path.exists(path):  # noqa: PTH110 - the launcher keeps to the least it can import
                continue
            handle = os.open(path, os.O_PATH | os.O_CLOEXEC)
            mask = allowed if os.path.isdir(path) else allowed & _FILE_RIGHTS  # noqa: PTH112
            rule = struct.pack("<Qi", mask & rights, handle)
            _call(
                f"Landlock {path}",
                _LIBC.syscall(445, ctypes.c_int(ruleset), ctypes.c_int(1), rule, ctypes.c_uint(0)),
            )
            os.close(handle)
    _prctl("no new privileges", PR_SET_NO_NEW_PRIVS, ctypes.c_ulong(1))
    _call("Landlock", _LIBC.syscall(446, ctypes.c_int(ruleset), ctypes.c_uint(0)))
    os.close(ruleset)


def _drop_capabilities() -> None:
    """Root without its powers:

    the bounding set goes first, so that becoming another program brings none back.
    """
    if os.geteuid() == 0:
        for capability in range(64):
            if _LIBC.prctl(PR_CAPBSET_DROP, ctypes.c_ulong(capability), 0, 0, 0) < 0:
                break
    header = struct.pack("<Ii", 0x20080522, 0)
    _call("capset", _LIBC.capset(header, bytes(24)))


def _confine_calls() -> None:
    program = seccomp_program(platform.machine())
    buffer = ctypes.create_string_buffer(program, len(program))
    filter_program = struct.pack("<H6xQ", len(program) // 8, ctypes.addressof(buffer))
    _prctl(
        "system-call filter",
        PR_SET_SECCOMP,
        ctypes.c_ulong(SECCOMP_MODE_FILTER),
        filter_program,
    )


def _filter_descriptor() -> int:
    """An open file that holds the filter, for bubblewrap to read."""
    handle = os.memfd_create("filter", 0)
    os.write(handle, seccomp_program(platform.machine()))
    os.lseek(handle, 0, os.SEEK_SET)
    return handle


def main(spec_json: str) -> None:
    spec = json.loads(spec_json)
    _die_with(spec["parent_pid"])
    process, session = spec["nice"]
    give_way(process, session, spec["parent_pid"])
    argv: list[str] = spec["argv"]
    if spec["landlock"] is None:
        handle = str(_filter_descriptor())
        argv = [handle if part == "{seccomp_fd}" else part for part in argv]
        _set_limits(spec)
    else:
        _set_limits(spec)
        _confine_files(spec["landlock"]["reads"], spec["landlock"]["writes"])
        _drop_capabilities()
        _confine_calls()
    # Python ignores these, and ignoring is inherited: the limit on output would be a mere error.
    for restored in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(restored, signal.SIG_DFL)
    os.execve(argv[0], argv, {"LC_ALL": "C.UTF-8"})  # noqa: S606 - no shell, on purpose


if __name__ == "__main__":
    main(sys.argv[1])
