"""Credential files: reading them is the finding, using them to log in is not (T1552, T1003, T1555).

`ssh -i ~/.ssh/id_rsa host` and `chmod 600 ~/.ssh/id_rsa` are ordinary; `cat ~/.ssh/id_rsa` is not. What is only
sometimes a secret (`.env`, `/etc/passwd`) is MEDIUM at most.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from policy.detectors.shell.globs import file_of
from policy.detectors.shell.rules.hit import Hit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from policy.detectors.shell.reading import Command, Reading

SENSITIVE: Final = re.compile(
    r"(?:^|[/\\@=<:~])(?:"
    r"\.ssh/(?!known_hosts|config\b|[\w.-]{0,60}\.pub\b)[\w.*-]{1,60}|id_(?:rsa|dsa|ecdsa|ed25519)(?:_\w{1,32})?(?!\S*\.pub)\b|\.ssh/?\*?$"
    r"|\.aws/(?:credentials|config|cli/cache|sso)|\.config/gcloud|\.azure/|\.kube/config|kubeconfig$|\.docker/config\.json|\.netrc|\.pgpass|\.my\.cnf|\.git-credentials"
    r"|\.config/(?:gh/hosts|rclone|hub|op/|solana)|\.vault-token|\.terraform\.d/credentials|\.gnupg/?|\.password-store|\.boto\b|\.s3cfg|\.databricks\w{0,4}|\.npmrc|\.pypirc|\.huggingface/token"
    r"|etc/(?:shadow|gshadow|master\.passwd|security/(?:opasswd|passwd)|krb5\.keytab|sudoers|ssh/ssh_host_\w{1,32}_key|ssl/private|kubernetes/(?:admin|pki)|rancher/\w{1,8}/\w{1,8}\.yaml|ppp/\S{1,20}secrets|shadow-?)"
    r"|\.(?:bash|zsh|mysql|psql|python|sh)_history|(?:Login Data|logins\.json|key[34]\.db|cookies\.sqlite|Cookies\.binarycookies|login\.keychain\S{0,3}|Local State)"
    r"|Library/Keychains|\.mozilla/firefox|google-chrome/\S{0,40}|\.local/share/(?:keyrings|kwalletd)|\.electrum|wallet\.dat|\.bitcoin|\.ethereum|\.keepass\S{0,4}|[\w.-]{1,60}\.kdbx"
    r"|private[_-]?key\S{0,8}|proc/(?:self|\d{1,7}|\*|\$\S{1,8})/environ|run/secrets/\S{1,60}|krb5cc_\S{0,10}|ntds\.dit|htpasswd|/SAM$|wp-config\.php|unattend\.xml|sssd/\S{1,30}\.ldb|tdata"
    r")",
)
_MEDIUM: Final = re.compile(
    r"(?:^|/)(?:\.env(?:\.(?!example|sample|template|dist)\w{1,20})?|\.npmrc|\.pypirc|\.\w{1,8}_history|wp-config\.php|\.ssh/config|kubeconfig|[\w.-]{1,60}\.(?:pem|key|pfx|p12)|(?<!\.aws/)credentials(?:\.\w{1,6})?|secrets\.\w{1,6})$|etc/sudoers|\.config/gcloud/?$|\.docker/config"
)
_KEPT_IN: Final = re.compile(r"/\.(?:ssh|aws|gnupg|kube|docker|azure|config/gcloud)/$|^/etc/$")
_HARMLESS: Final = frozenset(
    {"ls", "stat", "chmod", "chown", "chgrp", "mkdir", "touch", "test", "[", "[[", "ssh", "ssh-add", "ssh-keygen", "ssh-copy-id", "ssh-keyscan",
     "echo", "printf", "export", "set", "git", "docker", "podman", "kubectl", "helm", "man", "which", "file", "visudo", "restorecon", "cd", "pushd",
     "autossh", "sshfs", "mosh", "ansible", "ansible-playbook", "terraform", "sudo", "env", "xargs", "tmux",
     "su", "-", "local", "declare", "source",
     ".", "gpg-agent", "gpgconf", "du", "df", "tree", "basename", "dirname", "realpath", "readlink", "getfacl", "lsattr", "wc", "unset", "alias",
     "rm", "cat>", "docker-compose", "k9s", "minikube", "eksctl", "az", "gcloud", "aws", "htpasswd", "adduser", "useradd", "ufw", "systemctl",
     "kubectx", "code", "bash", "sh", "zsh", "npm", "yarn", "pnpm", "direnv", "dotenv", "kadmin", "ktutil",
     "kinit", "mount", "umount", "vagrant" }
)  # fmt: skip
_KEY_OPTIONS: Final = frozenset(
    {
        "-i",
        "--key",
        "--private-key",
        "-E",
        "--cert",
        "--identity",
        "-K",
        "--netrc-file",
        "-n",
        "--kubeconfig",
        "--keyfile",
        "-key",
        "-keyout",
        "-out",
        "-o",
        "-f",
        "--env-file",
    }
)
_EDITORS: Final = frozenset(
    {"vi", "vim", "nano", "emacs", "nvim", "subl", "open", "gedit", "mcedit", "micro", "ed", "notepad"}
)


def rules(reading: Reading) -> Iterator[Hit]:
    """Judge what reads credentials."""
    folder = ""
    for command in reading.commands:
        if command.name in {"cd", "pushd"} and command.argv[1:]:
            folder = command.argv[-1][:256].rstrip("/") + "/"
        if command.name not in _HARMLESS and command.argv:
            yield from _words(command)
            if folder and _KEPT_IN.search(folder):
                yield from _in_folder(command, folder)
        for redirect in command.redirects:
            if redirect.operator == "<" and SENSITIVE.search(redirect.target[-1_024:]):
                yield _hit(command, redirect.target)


def _words(command: Command) -> Iterator[Hit]:
    argv = command.argv
    for at, word in enumerate(argv[1:], 1):
        path = file_of(word[-1_024:])
        if argv[at - 1] in _KEY_OPTIONS and command.name not in {"grep", "egrep", "cat", "sort", "wget"}:
            continue
        if SENSITIVE.search(path) and not word.startswith("ssh "):
            if command.name in {"grep", "egrep", "sed", "awk"} and " " in word:
                continue
            if _is_target(command, at):
                continue
            yield _hit(command, path)
            return
        if _MEDIUM.search(path) and command.name in {
            "cat",
            "less",
            "head",
            "tail",
            "more",
            "base64",
            "cp",
            "scp",
            "curl",
            "grep",
        }:
            yield Hit(
                "credentials", 52, "maybe-credentials", "reads a file that may hold credentials", command
            )
            return


def _in_folder(command: Command, folder: str) -> Iterator[Hit]:
    """Judge names that stand for files of the folder that was entered before: `cd ~/.ssh && cat id_rsa`."""
    for word in command.argv[1:]:
        if word[:1] not in {"-", "/", "~", "$"} and SENSITIVE.search(folder + word[:256]):
            yield _hit(command, folder + word[:256])
            return


def _is_target(command: Command, at: int) -> bool:
    """True if the word is only written: the last operand of a copy."""
    return (
        command.name in {"cp", "mv", "tee", "install", "ln"}
        and at == len(command.argv) - 1
        and at > 1
        and "@" not in command.argv[at]
    )


def _hit(command: Command, path: str) -> Hit:
    if _MEDIUM.search(path) or command.name in _EDITORS:
        return Hit("credentials", 62, "maybe-credentials", "reads a file that may hold credentials", command)
    severity = 86 if "shadow" in path else 84
    return Hit("credentials", severity, "credential-file", "reads a file of credentials", command)
