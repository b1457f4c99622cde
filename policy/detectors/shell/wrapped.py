"""Programs that run what they are given: which of their words are options, operands and the command."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Prefix:
    """A program whose arguments are a command, behind options and some operands of its own."""

    valued: frozenset[str] = frozenset()
    """Options that take the next word."""
    operands: int = 0
    is_joined: bool = False
    """True if the words are joined to one script."""
    is_remote: bool = False


def prefix(valued: str = "", operands: int = 0, *, joined: bool = False, remote: bool = False) -> Prefix:
    """Make one entry; `valued` lists the options that take the next word, parted by blanks."""
    return Prefix(frozenset(valued.split()), operands, joined, remote)


_SSH: Final = prefix(
    "-i -p -o -l -L -R -D -F -J -b -B -c -e -E -I -m -O -Q -S -W -w", 1, joined=True, remote=True
)
_DOCKER_RUN: Final = (
    "-v --volume -e --env --name -p --publish -w --workdir -u --user --network --net --mount --entrypoint -l --label"
    " --env-file --restart -m --memory --cpus --cap-add --security-opt --pid --device --add-host -h --hostname --gpus"
    " --platform --ipc --userns --uts --tmpfs --ulimit --volumes-from --runtime --shm-size --log-driver --log-opt"
)
PREFIXES: Final[dict[str, Prefix]] = {
    "sudo": prefix("-u -g -h -p -C -r -t -T -U -D -R --user --group --host --prompt --chdir --chroot"),
    "doas": prefix("-u -C"),
    "pkexec": prefix("--user"),
    "env": prefix("-u -C --unset --chdir"),
    "command": prefix(),
    "builtin": prefix(),
    "exec": prefix("-a"),
    "nohup": prefix(),
    "coproc": prefix(),
    "entr": prefix(),
    "runuser": prefix("-u -g -G -c -s --user --group --command --shell"),
    "gosu": prefix("", 1),
    "su-exec": prefix("", 1),
    "setuidgid": prefix("", 1),
    "ld.so": prefix("--library-path --preload --argv0 --audit"),
    "setsid": prefix(),
    "time": prefix("-f -o --format --output"),
    "nice": prefix("-n --adjustment"),
    "ionice": prefix("-c -n -p --class --classdata"),
    "chrt": prefix("-T -P -D", 1),
    "stdbuf": prefix("-i -o -e --input --output --error"),
    "timeout": prefix("-s -k --signal --kill-after", 1),
    "gtimeout": prefix("-s -k --signal --kill-after", 1),
    "strace": prefix("-o -e -p -s -E -u -P -I -a -O -S -b -X"),
    "ltrace": prefix("-o -e -p -s -u -l -x -n -a -A -D -F"),
    "taskset": prefix("-p", 1),
    "numactl": prefix("-N -m -C -i"),
    "setarch": prefix("", 1),
    "linux32": prefix(),
    "linux64": prefix(),
    "prlimit": prefix(),
    "cpulimit": prefix("-l -p -e -P --limit"),
    "chroot": prefix("", 1),
    "fakeroot": prefix("-l -f -i -s -b"),
    "proot": prefix("-r -b -w -q -R -S"),
    "unshare": prefix("-S -G -R -w --map-user --map-group"),
    "nsenter": prefix("-t -S -G --target"),
    "torsocks": prefix("-u -p -a -P"),
    "torify": prefix(),
    "proxychains": prefix("-f"),
    "proxychains4": prefix("-f"),
    "firejail": prefix(),
    "systemd-run": prefix(
        "-p -u -E -M --unit --property --uid --gid --slice --setenv --on-calendar --on-active"
    ),
    "systemd-inhibit": prefix(),
    "busybox": prefix(),
    "toybox": prefix(),
    "unbuffer": prefix("-p"),
    "rlwrap": prefix("-f -H -s -p -C -a -b -e -l -t"),
    "dbus-run-session": prefix("--config-file"),
    "xvfb-run": prefix("-s -n -e -f -p -w"),
    "setpriv": prefix("--reuid --regid --groups --inh-caps --ambient-caps --bounding-set"),
    "capsh": prefix(),
    "softlimit": prefix("-a -c -d -f -l -m -n -o -p -r -s -t"),
    "chpst": prefix("-u -U -b -e -/ -n -l -L -m -d -o -p -f -c -t"),
    "flock": prefix("-w -E -c --timeout --conflict-exit-code", 1),
    "aa-exec": prefix("-p -n --profile --namespace"),
    "catchsegv": prefix(),
    "valgrind": prefix(),
    "perf": prefix("", 1),
    "uv": prefix("--with --python", 1),
    "poetry": prefix("", 1),
    "pipenv": prefix("", 1),
    "conda": prefix("-n -p --name --prefix", 1),
    "bundle": prefix("", 1),
    "direnv": prefix("", 2),
    "ssh": _SSH,
    "sshpass": prefix("-p -f -d -P"),
    "autossh": _SSH,
    "mosh": prefix("", 1, joined=True, remote=True),
    "rsh": prefix("-l", 1, joined=True, remote=True),
    "watch": prefix("-n --interval -d", joined=True),
    "eval": prefix(joined=True),
    "parallel": prefix("-j --jobs -a --arg-file --colsep -S --sshlogin -n -N --delay --timeout", joined=True),
    "sem": prefix("-j --id", joined=True),
    "hyperfine": prefix("-w -r -m -M -p -s -c -n", joined=True),
    "wsl": prefix("-d -u --distribution --user --cd"),
}
DOCKER_VERBS: Final = {
    "run": prefix(_DOCKER_RUN, 1, remote=True),
    "create": prefix(_DOCKER_RUN, 1, remote=True),
    "exec": prefix(
        "-e --env -u --user -w --workdir --env-file --detach-keys -c --container -n --namespace",
        1,
        remote=True,
    ),
    "debug": prefix("--image -n --namespace --target", 1, remote=True),
}
RUNNERS: Final = {
    "uv": "run",
    "poetry": "run",
    "pipenv": "run",
    "conda": "run",
    "bundle": "exec",
    "perf": "record stat",
}
SCRIPT_OPTIONS: Final = {
    "su": ("-c", "--command"),
    "script": ("-c", "-qc", "-qec", "-qfc", "-qefc", "--command"),
    "runuser": ("-c", "--command"),
    "sg": ("-c",),
    "flock": ("-c", "--command"),
    "nix-shell": ("--run", "--command"),
    "expect": ("-c",),
    "man": ("-P", "--pager"),
    "gdb": (),
    "entr": (),
    "az": ("--scripts",),
    "gcloud": ("--command",),
}
