"""Sets of programs that several rules speak of."""

from __future__ import annotations

from typing import Final

SHELLS: Final = frozenset(
    { "sh", "bash", "zsh", "dash", "ksh", "ksh93", "mksh", "ash", "fish", "csh", "tcsh", "rbash", "yash",
    "elvish", "rksh",
     "posh", "sash", "hush", "lksh", "oksh", "bosh"}
)  # fmt: skip
"""Read scripts of (nearly) POSIX grammar."""
INTERPRETERS: Final = frozenset(
    { "python", "python2", "python3", "pypy", "pypy3", "perl", "ruby", "php", "node", "nodejs", "deno",
    "bun", "lua",
     "luajit", "tclsh", "irb", "jrunscript", "jjs", "julia", "osascript", "groovy", "pwsh", "powershell",
     "guile",
     "rscript", "awk", "gawk", "mawk", "nawk", "expect", "wish", "iex", "cscript", "wscript", "swift", "go",
     "scala" }
)  # fmt: skip
FETCHERS: Final = frozenset(
    { "curl", "wget", "fetch", "aria2c", "lwp-download", "lwp-request", "http", "https", "httpie", "xh",
    "axel", "lynx",
     "links", "w3m", "elinks", "iwr", "irm", "invoke-webrequest", "invoke-restmethod", "certutil", "bitsadmin", "get",
     "wget2", "curlie", "tftp", "ftpget", "scp", "sftp", "ftp", "lftp", "ncftpget", "ssh", "aws", "gsutil",
     "nslookup" }
)  # fmt: skip
"""Bring content in from the network."""
SENDERS: Final = frozenset(
    { "nc", "ncat", "netcat", "socat", "telnet", "curl", "wget", "ssh", "openssl", "http", "https", "xh",
    "mail", "mailx",
     "sendmail", "mutt", "ftp", "tftp", "whois", "finger", "nc.traditional", "nc.openbsd", "lftp", "swaks", "msmtp",
     "smbclient", "scp", "rsync", "sftp", "dig", "nslookup", "host", "ping"}
)  # fmt: skip
"""Carry what they are given to another machine."""


def base_name(word: str) -> str:
    """Return the program of a first word: no directory, no `.exe`, lower case."""
    name = word[max(word.rfind("/"), word.rfind("\\")) + 1 :].lower()
    for suffix in (".exe", ".cmd", ".com"):
        name = name.removesuffix(suffix)
    return name


def is_python(name: str) -> bool:
    """True for `python3.12` and its kin."""
    return name.startswith(("python", "pypy"))


def is_interpreter(name: str) -> bool:
    """True for what runs a script in a language of its own; versions in the name do not matter."""
    return name in INTERPRETERS or name.rstrip("0123456789.-") in INTERPRETERS
