"""A private world for one environment, made by its own first processes: Linux namespaces, no privileges needed.

Inside, the code lies read-only at /var/task and the layers at /opt, /tmp is a tmpfs of the configured size, /proc
shows only the environment's own processes, the system is read-only and nothing else of the machine exists.
Steps, each of which may be refused by a system that forbids it (then OSError says which):

1. the keeper enters a new user, PID and IPC namespace (`enter`);
2. its child, PID 1 there, builds a root on a tmpfs in a new mount namespace and moves into it (`build_root`);
3. whoever runs learner code gives up every capability (`drop_privileges`) and, if asked to, every TCP port but
   those of this cloud (`restrict_network`, Landlock ABI 4, kernel 6.7 or newer).

Imports nothing of ours: it runs before the handler, in its process.
"""

from __future__ import annotations

import ctypes
import os
import signal
import stat
import struct
import sys
from contextlib import suppress
from functools import lru_cache

CLONE_NEWNS, CLONE_NEWIPC, CLONE_NEWUSER, CLONE_NEWPID = 0x00020000, 0x08000000, 0x10000000, 0x20000000
CLONE_NEWNET = 0x40000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_REMOUNT, MS_NOATIME, MS_NODIRATIME, MS_BIND, MS_REC, MS_PRIVATE = 32, 1024, 2048, 4096, 16384, 1 << 18
MS_RELATIME = 1 << 21
MNT_DETACH = 2
PR_SET_PDEATHSIG, PR_SET_DUMPABLE, PR_SET_NO_NEW_PRIVS = 1, 4, 38
LANDLOCK_CREATE, LANDLOCK_ADD, LANDLOCK_RESTRICT = 444, 445, 446
ACCESS_REFER, SCOPE_SIGNAL = 1 << 13, 2
SYS_PIVOT_ROOT = {"x86_64": 155, "aarch64": 41}
UID = 993
"""The user that Lambda's own sandbox shows (sbx_user1051 has this number)."""

_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_ETC = (
    "alternatives",
    "ca-certificates",
    "fonts",
    "group",
    "hosts",
    "ld.so.cache",
    "ld.so.conf",
    "ld.so.conf.d",
    "localtime",
    "mime.types",
    "nsswitch.conf",
    "os-release",
    "passwd",
    "pki/ca-trust/extracted",
    "pki/tls/cert.pem",
    "pki/tls/certs",
    "protocols",
    "services",
    "ssl/cert.pem",
    "ssl/certs",
    "ssl/openssl.cnf",
    "timezone",
)
"""What programs read of /etc. The rest is the machine's own affair: as root, who is grading may read its secrets."""
_INODES = 1 << 16
"""Files that /tmp may have: each costs memory that nothing else counts."""
_DEVICES = ("null", "zero", "full", "random", "urandom")
CAPABILITIES, NONE = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()  # see capset(2)


def enter() -> None:
    """Move this process into a user namespace of its own; its children begin a PID namespace. Raises OSError."""
    uid, gid = os.geteuid(), os.getegid()
    _call("unshare", _libc().unshare(CLONE_NEWUSER | CLONE_NEWPID | CLONE_NEWIPC))
    map_user(UID, uid, UID, gid)


def map_user(uid: int, outer_uid: int, gid: int, outer_gid: int) -> None:
    """Say who the one user and group of a new user namespace are outside of it. Raises OSError."""
    _write("/proc/self/setgroups", "deny")
    _write("/proc/self/uid_map", f"{uid} {outer_uid} 1")
    _write("/proc/self/gid_map", f"{gid} {outer_gid} 1")


def build_root(place: str, code: str | None, layers: str | None, tmp_mb: int, readable: list[str]) -> None:
    """Make `place` (an empty folder) the root of this process and all it starts. Raises OSError.

    `code` becomes /var/task (None: a world to be copied, see `replica`), `layers` /opt; `readable` are folders that
    the interpreter needs, kept at their paths; `tmp_mb` is the size of /tmp in MB.
    """
    libc = _libc()
    _call("unshare mounts", libc.unshare(CLONE_NEWNS))
    _mount(None, "/", None, MS_REC | MS_PRIVATE, None)
    _mount("tmpfs", place, "tmpfs", MS_NOSUID | MS_NODEV, "size=4m,mode=755")
    for folder in ("/proc", "/tmp", "/dev", "/var/task", "/var/runtime", "/opt", "/.old"):
        os.makedirs(place + folder)
    # Before the interpreter's folders, which may themselves lie below /tmp.
    mount_tmp(place + "/tmp", tmp_mb)
    for folder in _SYSTEM:
        if os.path.islink(folder):
            os.symlink(os.readlink(folder), place + folder)
        elif os.path.isdir(folder):
            bind(folder, place + folder)
    _show_etc(place)
    # Before what is readable: an interpreter may lie below /tmp itself.
    for folder in outermost(readable):
        if not folder.startswith(tuple(f"{system}/" for system in _SYSTEM)):
            bind(folder, place + folder)
    for folder in readable:
        real = os.path.realpath(folder)
        if real != folder and not os.path.lexists(place + folder):
            # An environment that was reached through a link says so in its paths.
            os.makedirs(os.path.dirname(place + folder), exist_ok=True)
            os.symlink(real, place + folder)
    for device in _DEVICES:
        bind(f"/dev/{device}", f"{place}/dev/{device}")
    for name, number in (("stdin", "/0"), ("stdout", "/1"), ("stderr", "/2"), ("fd", "")):
        os.symlink(f"/proc/self/fd{number}", f"{place}/dev/{name}")
    for source, target in ((code, "/var/task"), (layers, "/opt")):
        if source:
            bind(source, place + target)
    mount_proc(place + "/proc")
    pivot_root = SYS_PIVOT_ROOT.get(os.uname().machine)
    if pivot_root is None:
        raise OSError(38, "pivot_root: unknown machine")
    _call("pivot_root", libc.syscall(pivot_root, place.encode(), (place + "/.old").encode()))
    os.chdir("/")
    _call("umount", libc.umount2(b"/.old", MNT_DETACH))
    os.rmdir("/.old")
    if code:
        forbid_worlds()
    _mount(None, "/", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV, None)


def mount_tmp(target: str, size_mb: int) -> None:
    """A file system in memory, for everybody to write. Raises OSError."""
    _mount("tmpfs", target, "tmpfs", MS_NOSUID | MS_NODEV, f"size={size_mb}m,mode=1777,nr_inodes={_INODES}")


def mount_proc(target: str) -> None:
    """The processes of this PID namespace. Raises OSError."""
    _mount("proc", target, "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, None)


def lock_proc() -> None:
    """Let nobody write to /proc any more, nor read what it shows root alone: root, which learners' code may be outside,
    rules the machine from there. To be called when everything is said there. Raises OSError."""
    for path in shown_to_root():
        _mount("/dev/null", path, None, MS_BIND, None)
    _mount(None, "/proc", None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC, None)


@lru_cache(maxsize=1)
def shown_to_root() -> list[str]:
    """The files of /proc that this user alone may read: the same for all who are copied from who asked once."""
    found = [(entry.path, entry.stat(follow_symlinks=False)) for entry in os.scandir("/proc")]
    mine = [(path, status.st_mode) for path, status in found if status.st_uid == os.getuid()]
    return [path for path, mode in mine if mode & (stat.S_IFDIR | stat.S_IROTH) == 0]


def forbid_worlds() -> None:
    """Let nobody in this user namespace begin another, in which they would have rights again, nor take all of what the
    kernel counts for a user outside. https://man7.org/linux/man-pages/man7/namespaces.7.html"""
    for name, value in (("user_namespaces", 0), ("inotify_instances", 16), ("fanotify_groups", 16)):
        with suppress(OSError):
            _write(f"/proc/sys/user/max_{name}", str(value))


def limit_processes(count: int) -> None:
    """Let there be at most so many processes and threads in this PID namespace, where the kernel can (Linux 6.14).

    To be called before privileges are dropped; 301 is the least. https://docs.kernel.org/admin-guide/sysctl/kernel.html
    """
    # System V's shared memory, 64 MB in pages, is counted by nothing else once nobody has it mapped.
    for name, value in (("pid_max", count), ("shmall", 16_384)):
        with suppress(OSError):
            _write(f"/proc/sys/kernel/{name}", str(value))


def drop_privileges() -> None:
    """Give up every capability, for good."""
    _libc().prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _libc().capset(CAPABILITIES, NONE)


def die_with_parent() -> None:
    """Have the kernel kill this process when its parent ends, where it can (prctl(2), PR_SET_PDEATHSIG)."""
    if sys.platform == "linux":
        _libc().prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)


def hide_from_tracing(hidden: bool = True) -> None:
    """Let no process of the same user look into this one or steer it. It is inherited; False takes it back."""
    _libc().prctl(PR_SET_DUMPABLE, int(not hidden), 0, 0, 0)


def withdraw(abi: int | None = None) -> None:
    """Let this process and its children neither look into nor, from Linux 6.12 on, signal any other: what a Landlock
    domain is, even one that forbids nothing else. Raises OSError if the kernel cannot.

    `abi` is that of Landlock to make do with. https://docs.kernel.org/userspace-api/landlock.html
    """
    libc = _libc()
    abi = libc.syscall(LANDLOCK_CREATE, None, 0, 1) if abi is None else abi
    if abi < 2:
        raise OSError(38, "Landlock cannot keep processes apart on this kernel")
    # Before there were scopes, a domain had to be about files: about moving them, which is allowed everywhere.
    attributes = struct.pack("QQQ", 0, 0, SCOPE_SIGNAL) if abi >= 6 else struct.pack("Q", ACCESS_REFER)
    ruleset = _call("landlock", libc.syscall(LANDLOCK_CREATE, attributes, len(attributes), 0))
    try:
        if abi < 6:
            root = os.open("/", os.O_PATH | os.O_DIRECTORY)
            added = libc.syscall(LANDLOCK_ADD, ruleset, 1, struct.pack("=Qi", ACCESS_REFER, root), 0)
            os.close(root)
            _call("landlock rule", added)
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _call("landlock restrict", libc.syscall(LANDLOCK_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)


def restrict_network(ports: list[int]) -> None:
    """Allow TCP connections to these ports only, here and in all children. Raises OSError if the kernel cannot."""
    libc = _libc()
    if libc.syscall(LANDLOCK_CREATE, None, 0, 1) < 4:
        raise OSError(38, "Landlock cannot restrict connections on this kernel")
    ruleset = _call("landlock", libc.syscall(LANDLOCK_CREATE, struct.pack("QQ", 0, 1 << 1), 16, 0))
    try:
        for port in ports:
            _call("landlock rule", libc.syscall(LANDLOCK_ADD, ruleset, 2, struct.pack("QQ", 1 << 1, port), 0))
        libc.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
        _call("landlock restrict", libc.syscall(LANDLOCK_RESTRICT, ruleset, 0))
    finally:
        os.close(ruleset)


@lru_cache(maxsize=1)
def _libc() -> ctypes.CDLL:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc


def _call(what: str, result: int) -> int:
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{what}: {os.strerror(number)}")
    return result


def _write(path: str, text: str) -> None:
    with open(path, "wb", buffering=0) as file:  # what writes texts costs a copy of a process memory
        file.write(text.encode())


def _mount(source: str | None, target: str, kind: str | None, flags: int, data: str | None) -> None:
    encoded = [None if part is None else part.encode() for part in (source, target, kind, data)]
    _call(f"mount {target}", _libc().mount(*encoded[:3], ctypes.c_ulong(flags), encoded[3]))


def bind(source: str, target: str) -> None:
    """Show a folder or file at another place, too, and read-only; who writes to a device changes no file. Raises
    OSError."""
    if os.path.isdir(source):
        os.makedirs(target, exist_ok=True)
    elif not os.path.exists(target):
        open(target, "x").close()
    _mount(source, target, None, MS_BIND | MS_REC, None)
    # Flags that the original mount has are locked in a user namespace: leaving one out would be refused.
    has = os.statvfs(target).f_flag
    kept = sum(flag for flag in (MS_NODEV, MS_NOEXEC, MS_NOATIME, MS_NODIRATIME) if has & flag)
    kept |= MS_RELATIME if has & 4096 else 0
    with suppress(OSError):
        _mount(None, target, None, MS_REMOUNT | MS_BIND | MS_RDONLY | MS_NOSUID | kept, None)
    if not os.statvfs(target).f_flag & MS_RDONLY:
        raise OSError(1, f"mount {target}: cannot be made read-only")


def _show_etc(place: str) -> None:
    for name in _ETC:
        path, target = f"/etc/{name}", f"{place}/etc/{name}"
        if not os.path.lexists(path):
            continue
        os.makedirs(os.path.dirname(target), exist_ok=True)
        if os.path.islink(path):
            os.symlink(os.readlink(path), target)
        elif os.path.isdir(path):
            bind(path, target)
        else:  # a copy: a mount costs more than the few kilobytes
            with suppress(OSError), open(path, "rb") as source, open(target, "wb") as copy:
                copy.write(source.read())


def outermost(folders: list[str]) -> list[str]:
    """The folders of a list that exist and lie in no other of it, without links."""
    found: list[str] = []
    for folder in sorted({os.path.realpath(folder) for folder in folders if os.path.isdir(folder)}):
        if not any(folder == other or folder.startswith(other + "/") for other in found):
            found.append(folder)
    return found
