"""Signatures: persistence and foreign libraries on Linux and macOS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("cron-write", "persistence", 80, (
        r"^.* >{1,2}\|?(?:/etc/cron\S*|/var/spool/cron\S*|/etc/at\.\S*|/usr/lib/cron/tabs\S*"
        r"|/private/var/at/\S*|/etc/anacrontab)"
    ), "adds a scheduled job"),
    ("cron-edit", "persistence", 78, (
        r"^(?:tee|cp|mv|ln|install|sed|touch) (?:.* )?(?:/etc/cron\S*|/var/spool/cron\S*"
        r"|/usr/lib/cron/tabs\S*)"
    ), "adds a scheduled job"),
    ("crontab-stdin", "persistence", 62, (
        r"^crontab (?:-u \S+ )?(?:-$|-(?: |$)|/dev/stdin|/dev/fd|/tmp/\S+|/var/tmp|/dev/shm)"
    ), "replaces the scheduled jobs"),
    ("rc-append", "persistence", 78, (
        r"^.* >{1,2}\|?(?:/etc/(?:profile\S*|bash\.bashrc|bashrc|zshrc|zsh/\S+|zprofile|zshenv|environment"
        r"|rc\.local|rc\.d/\S+|init\.d/\S+|inittab|rc\.common|ld\.so\.preload|ld\.so\.conf\S*|pam\.d/\S+"
        r"|update-motd\.d/\S+|apt/apt\.conf\.d/\S+|xdg/autostart/\S+|launchd\.conf|emond\.d/\S+"
        r"|periodic/\S+|udev/rules\.d/\S+|modules-load\.d/\S+|NetworkManager/dispatcher\.d/\S+))"
    ), "adds to a start-up file"),
    ("rc-tee", "persistence", 78, (
        r"^(?:tee|install|cp|mv|sed) (?:.* )?(?:/etc/(?:rc\.local|init\.d/\S+|inittab|ld\.so\.preload"
        r"|pam\.d/\S+|update-motd\.d/\S+|profile\.d/\S+|profile|rc\.common|emond\.d/\S+|rc\.d/\S+"
        r"|udev/rules\.d/\S+|xdg/autostart/\S+))"
    ), "writes a start-up file"),
    ("authorized-keys", "persistence", 86, (
        r"^.* >{1,2}\|?\S*(?:authorized_keys2?|\.rhosts|hosts\.equiv|\.shosts|\.ssh/rc"
        r"|\.ssh/environment)(?: |$)"
    ), "adds a key that may log in"),
    ("authorized-keys-write", "persistence", 84, (
        r"^(?:tee|cp|mv|ln|install|sed|dd|scp|curl|wget|rsync|vi|vim|nano"
        r"|ed) (?:.* )?(?:of=)?\S*(?:authorized_keys2?|\.rhosts)(?: |$)"
    ), "adds a key that may log in"),
    ("systemd-unit", "persistence", 76, (
        r"^.* >{1,2}\|?(?:/etc/systemd/(?:system|user)/\S+|/(?:usr/)?lib/systemd/system\S*/\S+"
        r"|/run/systemd/\S+|<H>/\.config/(?:systemd/user|autostart)/\S+|<H>/\.local/share/systemd/\S+)"
    ), "adds a service"),
    ("launchd", "persistence", 80, (
        r"^(?:(?:tee|cp|mv|ln|install|plutil|defaults write|touch|PlistBuddy) .*|.* >{1,2})(?:/Library"
        r"|~/Library|/Users/[^/ ]+/Library|/System/Library)/(?:LaunchAgents|LaunchDaemons|StartupItems)"
    ), "adds a launch agent"),
    ("launchctl-load", "persistence", 74, (
        r"^launchctl (?:load|bootstrap|submit|setenv|asuser|enable) .*"
    ), "starts a launch agent"),
    ("login-item", "persistence", 78, (
        r"^(?:osascript .*(?:login\s?item|System\tEvents.*login)"
        r"|defaults write (?:.*loginwindow (?:LoginHook|LogoutHook)|.*loginitems))"
    ), "adds a login item"),
    ("git-hook", "persistence", 74, (
        r"^(?:git config .*(?i:core\.(?:hookspath|fsmonitor|sshcommand|pager|editor|gitproxy|askpass)"
        r"|(?:filter|diff|merge)\.\S+\.(?:clean|smudge|command|textconv|driver|process)|alias\.\S+ '?!"
        r"|credential\.helper \S*!)[^\n]*(?:sh\b|curl|wget|nc\b|/tmp|python|perl|base64)"
        r"|.* >{1,2}\S*\.git/hooks/)"
    ), "plants code that git runs"),
    ("ld-preload", "library-load", 82, (
        r"^=(?:.*=)?(?:LD_PRELOAD|LD_AUDIT|DYLD_INSERT_LIBRARIES)=\S*(?:/tmp|/dev/shm|/var/tmp|~|\./|/path"
        r"|/home|\.so|\.dylib)"
    ), "makes programs load a foreign library"),
    ("start-variable", "library-load", 76, (
        r"^(?:=(?:.*=)?|(?:export|declare|env) (?:.* )?)(?:BASH_ENV|NODE_OPTIONS|PERL5OPT|RUBYOPT|PYTHONSTARTUP|GCONV_PATH|JAVA_TOOL_OPTIONS)=[^ ]*(?:/tmp/|/dev/shm/|/var/tmp/)"
    ), "makes programs load foreign code"),
    ("ld-preload-export", "library-load", 80, (
        r"^(?:export|declare|set|setenv|env|launchctl setenv) (?:.* )?(?:LD_PRELOAD|LD_AUDIT"
        r"|DYLD_INSERT_LIBRARIES)[= ]\S*\.(?:so|dylib)"
    ), "makes programs load a foreign library"),
    ("kernel-module", "persistence", 80, (
        r"^(?:insmod .*|modprobe (?:-\S+ )*(?:/|\./)\S+|kextload .*|kmutil load .*)"
    ), "loads a kernel module"),
    ("service-foreign", "persistence", 76, (
        r"^systemctl (?:.* )?(?:enable|link|start) (?:.* )?(?:/tmp|/dev/shm|/var/tmp|<H>/\.|/path)\S*"
    ), "starts a service from a temporary folder"),
    ("library-option", "library-load", 76, (
        r"^(?:enable -f .*|curl .*--engine .*|openssl .*-engine \S*(?:/|\.so).*|ssh-(?:keygen"
        r"|add) .*-[Ds] ?\S*\.so.*|ffmpeg .*ladspa=file=.*|mysql .*--default-auth \S*\.\./.*"
        r"|ldconfig .*-f .*|load /\S+\.so.*|sqlite3 .*\.load .*|gdb .*-ex.*sharedlibrary.*"
        r"|nginx .*load_module.*|python\S* .*cdll.*|(?:.*load_module\s/.*)>.*)"
    ), "loads a library into a program"),
    ("sshd-open", "persistence", 76, (
        r"^(?:echo|printf|sed|tee|cat|awk|perl) .*(?:PermitRootLogin\s?(?:yes|without)"
        r"|PasswordAuthentication\s?yes|PermitEmptyPasswords\s?yes|AuthorizedKeys(?:File|Command)"
        r"|PermitUserEnvironment).*sshd?_config"
    ), "opens the ssh server"),
)
# fmt: on
