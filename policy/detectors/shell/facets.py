"""Facets of program text in any language: a socket, a started program, a shell's name, streams joined to it.

A reverse shell is the same idea in Python, Perl, Go, Java, C or Lua: dial, start a shell, join its streams to the
socket. Each facet alone is ordinary; what is judged is the combination. Scanned over the text as it stands and over
everything decoded on the way.
"""

from __future__ import annotations

from typing import Final

from policy.detectors.shell.compiled import LazyScanner
from policy.text.scanner import Pattern

_SHELL: Final = r"(?:/usr/local)?(?:/usr)?(?:/system)?(?:/bin/)?(?:ba|da|z|k|c|tc|a)?sh"

# fmt: off
_FACETS: Final[tuple[tuple[str, str], ...]] = (
    ("socket", (
        r"\bsocket\.(?:socket|create_connection|tcp|connect|bind)|socket\s?\(\s?(?:AF_|PF_|\w+,\s?(?:PF"
        r"|AF)_|2,)|TCP(?:Socket|Server)\.(?:new|open)|p?fsockopen|stream_socket_client|socket_create\("
        r"|net\.(?:connect|createConnection|createServer|Socket|Dial|Listen)"
        r"|new\s+(?:java\.net\.)?(?:Server)?Socket\(|Sockets?\.(?:Tcp|Udp)(?:Client|Listener)|IO::Socket"
        r"|sockaddr_in\b|inet_aton|\bnet\.Dial|Tcp(?:Stream|Listener)::|WSASocket|syscall\.Socket"
        r"|/inet/(?:tcp|udp)/|require\(?\s?\\?[\"']socket|require\(\\?[\"'](?:net|tls)\\?[\"']\)"
        r"|\bsocket\(S|using\s+Sockets|openStream\(|SOCK_STREAM|Java\.type\(.java\.net|Socket\.connect"
        r"|\bgen_tcp|socket\s-(?:async\s)?\S+\s\d|\bztcp\b|socket\.open|Socket\s+s\s?=|new\s+TcpClient"
        r"|Socket\.tcp\(|\[socket\s|IO::Socket|Socket\(PF|\.connect\(\d{2,5}"
    )),
    ("spawn", (
        r"pty\.spawn|subprocess\.|os\.(?:system|popen|exec|dup2|spawn)|\bexec[lv]p?e?\s?\("
        r"|\bexec\s?[\"'{(]|child_process|ProcessBuilder|getRuntime\(\)|Process\.(?:Start|new)"
        r"|new\s+Process\(|proc_open|shell_exec|passthru|\bsystem\s?\(|os/exec|exec\.Command|Command::new"
        r"|CreateProcess|i?o?\.popen|IO\.popen|os\.execute|popen\s?\(|open\d?\(STDIN|run\(pipeline"
        r"|ForkExec|syscall\.Exec|invoke-expression|\biex\b|\bexec\s+/bin|getline\s?c|\|&\s?getline"
        r"|:os\.cmd|`\$\w+`|execSync|spawn\(|system\s?\$|Process\.start|exec\s\$|shell_execute"
    )),
    ("stream", (
        r"dup2|STDIN|>&\s?S|fileno\(\)|redirectErrorStream|redirect_(?:stdin|stderr)|\.pipe\(|<&3|>&3|0>&1"
        r"|fdopen|\.reopen|getInputStream|GetStream|RedirectStandard|io\.Copy|\.stdin|\.Stdin|:send\("
        r"|:receive\(|print\s+io\.read|copyStream|StreamConnector|hStdInput|\|&|\bgets\b|readline\(|\$SOCK"
        r"|os\.write|\.write\(|fwrite\(|stdin=|\.recv\(|socket_(?:read|write)|\.receive\b|sock_\w+"
    )),
    ("shell", (
        r"<SHELL>[\"'` ,;)\]\\]|(?:^|[\"' (,/\\])<SHELL>(?:\.exe)?[\"' ,;)\]\\]|cmd\.exe|cmd[\"']"
        r"|powershell"
    )),
    ("break-out", (
        r"(?:system|exec[lv]?p?e?|popen\d?|spawn\w*|execute|call|run|Popen|spawnSync|execSync|execFileSync"
        r"|shell_exec|passthru|proc_open|pcntl_exec|ProcessBuilder|Command::new|exec\.Command"
        r"|getRuntime\(\)\.exec|shell|Exec|startProcess|execvp|forkpty|Start|esyscmd"
        r"|syscmd)\s?[\[({]{0,3}\s?\\?[\"'`]\s?(?:exec\s)?(?:(?:/usr)?/bin/(?:env\s)?)(?:ba|da|z|k|c"
        r"|tc)?sh(?:\s-[ip]{1,2})?(?:\s[0-2]?[<>]&?\s?[0-2&]\S{0,3}|\s[0-2]?[<>]&?/dev/tty)*\s?\\?[\"'`]"
    )),
    ("break-out-name", (
        r"(?:os\.system|os\.popen|pty\.spawn|os\.execute|subprocess\.(?:call|run|Popen|check_call)"
        r"|child_process.*\)?\.?(?:spawn|exec)\w*|\bsystem|\bexec)\s?[\[(]{1,2}\s?\\?[\"'](?:ba|da|z|k"
        r"|c)?sh\\?[\"']\s?[,\])]"
    )),
    ("editor-escape", (
        r":\s?(?:silent\s?)?!\s?(?:/usr)?(?:/bin/)?(?:ba|da|z|k)?sh\b|:set\s+shell=|(?:^"
        r"|[\n\"'; ])!(?:/usr)?/bin/(?:ba|da|z|k|c)?sh|\n!(?:ba|da|z|k)?sh\s?$|\n!(?:ba|da|z|k)?sh\n"
        r"|-[ce]\s?[\"']!\s?(?:/bin/)?sh|\n\\!\s?/?(?:bin/)?(?:ba)?sh|\n:?shell\s?$|:py3?\s.*(?:os\.|pty"
        r"|import)|:lua\s.*os\.execute|%!\s?(?:/bin/)?sh|(?:^|\n)\s?shell\s?\n|\n:terminal|\^P\^P"
    )),
    ("awk-shell", r"\bprint\b[^\n]*\|\s?\"(?:/bin/)?(?:ba|da|z)?sh\""),
    ("argument-shell", r"\bsh\s-c\s\$@\s?\|\s?(?:ba|z)?sh\b"),
    ("tcl-shell", r"\bexec\s+(?:/usr)?/bin/(?:ba|da|z)?sh\s+<@"),
    ("code-absolute-send", (
        r"(?:requests\.(?:post|put)|urlopen|\.sendall|\.send|:send|http\.request|post|put|upload\w*)\s?\([^\n]*\bopen\s?\(\s?\\?[\"'](?:/|~)"
        r"|createReadStream\(\s?\\?[\"']/[^\n)]*\)\.pipe\([^\n]*(?:http|net|tls|socket)"
    )),
    ("code-open-absolute", (
        r"(?:io\.open|\bopen|File\.(?:open|read|new)|readFileSync|file_get_contents|fopen)\s?\(\s?(?:my\s+\$\w+\s?,\s?[\"']<[\"']\s?,\s?)?\\?[\"'](?:/|~/)"
    )),
    ("code-sends", r"[:.]send(?:all)?\s?\(|->send\(|print\s\{?\$\w+\}?\s|\.puts\b|fwrite\(|\.write\("),
    ("upgrade", r"pty\.spawn\(\s?\\?[\"']|stty\s+raw\s+-echo"),
    ("php-shell", (
        r"<\?(?:php|=)?\s?.*(?:system|exec|shell_exec|passthru|eval|assert|popen"
        r"|proc_open)\s?\(\s?@?\$_(?:GET|POST|REQUEST|COOKIE|SERVER)|\$_(?:GET|POST|REQUEST"
        r"|COOKIE)\b[^\n]*(?:system|exec|shell_exec|passthru|popen)\s?\(\s?\$|<\?=\s?`|<%.*(?:getRuntime"
        r"|Process\.Start|eval\s?\()"
    )),
    ("code-download", (
        r"(?:exec|eval|system|loads?|Function|compile)\s?\(.*(?:urlopen|requests\.get|urlretrieve"
        r"|http\.get|URI\.open|open-uri|LWP::Simple|file_get_contents\(.https?|fetch\(|Net::HTTP"
        r"|http\.request|urllib)|(?:urlopen|requests\.get|urllib2?\.).*\bexec\s?\(|(?:http"
        r"|https)\S{0,3}\)?\.get\(.*\beval\(|LWP::Simple.*(?:eval|system|exec)|eval\(.*file_get_contents"
        r"|(?:urlretrieve|requests\.get|urlopen|Net::HTTP|URI\.open"
        r"|file_put_contents\(.*http)[^\n]*(?:os\.system|subprocess|os\.chmod|\bsystem\(|\bexec\()"
    )),
    ("code-encoded", (
        r"(?:exec|eval|system|loads|popen)\s?\(.*(?:b64decode|base64\.|decode64|base64_decode"
        r"|decode_base64|atob\(|fromhex|Buffer\.from|unhexlify|rot13|gzinflate|str_rot13|pack\("
        r"|marshal\.loads|zlib\.decompress)"
    )),
    ("code-library", (
        r"(?:cdll\.LoadLibrary|ctypes\.(?:CDLL|cdll)|Fiddle\.dlopen|dlopen\(|DynaLoader|package\.loadlib"
        r"|process\.dlopen|dl\(.*\.so|load_extension|loadLibrary\(|System\.load\()"
    )),
    ("code-delete", (
        r"unlink\s+glob\s*\(?\s?[\"']/|(?:os\.(?:remove|unlink)|shutil\.rmtree).*glob\(\s?[\"'](?:/|~)|(?:(?:rmtree|FileUtils\.rm_rf|fs\.rm|rmSync|rmdirSync|RemoveAll|remove_tree"
        r"|removedirs|unlink)\s?)\(\s?\\?[\"'](?:/|~|/\*|/(?:home|etc|usr|var|root|bin|boot|opt"
        r"|lib)(?:/\*)?|[Cc]:\\{1,2})\\?[\"']|(?:os\.path\.expanduser\(.~.\)"
        r"|Path\.home\(\))\s?[,)].*ignore_errors|rmtree\((?:os\.path\.expanduser\(.~.\)|Path\.home\(\))"
    )),
    ("code-shell-destroy", (
        r"\"\s?(?:sudo\s)?rm\s+-\w*r\w*\s+(?:/|~)\S*\"\s?\|\s?getline|"
        r"`\s?(?:sudo\s)?rm\s+-\w*r\w*\s+(?:-\w+\s+)*(?:/|~|\$HOME)[/*]{0,2}\s?`|"
        r"(?:system|popen|exec\w*|run|call|spawn\w*|Popen|check_output|shell_exec"
        r"|passthru)\s?[\[(]{0,2}\s?\\?[\"'`]\s?(?:sudo\s)?(?:rm\s+-\w*[rf]\w*\s+(?:-\w+\s+)*(?:/|~|\$HOME"
        r"|\*|\.)[/*]{0,2}(?:\s?\\?[\"'`;&|]|\s--)|mkfs|dd\s+if=/dev/(?:zero|u?random)\s+of=/dev"
        r"|cat\s+/etc/shadow|(?:curl|wget)\s[^\n|]*\|\s?(?:sudo\s)?(?:ba|z|da)?sh|nc\s.*-e"
        r"|chmod\s\S*\+?s\s|useradd\s|bash\s-i)"
    )),
    ("code-fork", (
        r"os\.fork\(\)\s?for\s|while\s?(?:\(?\s?(?:1|True|true|!0)\s?\)?|:).*(?:os\.)?fork"
        r"|loop\s?\{?\s?(?:do\s)?fork|fork\s+while\s+(?:fork|1|true)|(?:import"
        r"|require).*os.*fork\(\).*while|%0\s?\|\s?%0|\$0\s?&?\s?\|?\s?\$0\s?&"
    )),
    ("code-credential", (
        r"(?:open|read|readFileSync|File\.read|readFile|ReadFile|file_get_contents|readlines|slurp"
        r"|IO\.read|get_contents|Path)\s?\(\s?(?:os\.path\.expanduser\(\s?)?\\?[\"'](?:/etc/(?:shadow"
        r"|gshadow|sudoers|master\.passwd)|(?:~|/root|/home/[^/\"']{1,40}"
        r"|/Users/[^/\"']{1,40})?/?\.(?:ssh/id_|aws/cred|netrc|kube/config|git-credentials|docker/config"
        r"|pgpass|gnupg|bash_history)|/proc/(?:self|\d{1,6})/(?:environ|mem))"
    )),
    ("code-system-write", (
        r"open\s?\(\s?\\?[\"'](?:/etc/(?:passwd|shadow|sudoers|crontab|cron\.d/[^\"']{1,40}"
        r"|ld\.so\.preload|hosts|profile|rc\.local|systemd/system/[^\"']{1,60})|(?:~|/root"
        r"|/home/[^/\"']{1,40})/\.(?:bashrc|profile|zshrc|ssh/authorized_keys"
        r"|bash_profile))\\?[\"']\s?,\s?\\?[\"'][aw]"
    )),
    ("code-environ-send", (
        r"os\.environ.*(?:requests\.(?:post|put)|urlopen|http\.client|\.send)|(?:requests\.(?:post|put)"
        r"|urlopen|fetch)\s?\(.*(?:os\.environ|process\.env\b[^.\[])|(?:post|put|send|fetch"
        r"|urlopen)\s?\(.*(?:/etc/(?:passwd|shadow)|id_rsa|\.aws/|\.ssh/)"
    )),
    ("code-file-send", (
        r"(?:requests\.(?:post|put)|urlopen|\.sendall|\.send|:send|storbinary|upload_file|put_object"
        r"|http\.request|\.write)\s?\(.*(?:open\s?\(|files\s?=\s?\{|readFileSync|\.read\(\))"
    )),
    ("code-serve", (
        r"(?:SimpleHTTPServer|http\.server|WEBrick|TCPServer|SimpleHTTPRequestHandler|un\s+-e\s+httpd)"
    )),
    ("fetch-pipe-shell", (
        r"(?:curl|wget|fetch|lwp-request|aria2c)\s[^\n"
        r"|;]*\|\s?(?:sudo\s(?:-\w+\s){0,3})?(?:/(?:usr/)?bin/)?(?:env\s)?(?:ba|z|da|k|a)?sh\b"
    )),
    ("raw-remove", r"\brm\s+-\w{1,4}\s+(?:-\w+\s+){0,3}(?:/|~|/\*|~/\*|\$HOME)(?:[\s;&|\"')]|$)"),
    ("raw-device", (
        r"[\w\"']\s?>{1,2}\s?/dev/(?:[shv]d[a-z]|nvme\d|mmcblk)|\bdd\s[^\n;|]*of=/dev/(?:[shv]d[a-z]"
        r"|nvme\d)"
    )),
    ("raw-connection", (
        r"\b(?:ba|da|z|k|c)?sh\s+-i\s{0,2}(?:[<>&0-9]|\|)[^\n]*/dev/(?:tcp|udp)/|nc\s[^\n"
        r"|;]*-\w{0,4}e\w?\s(?:/bin/)?\w{0,2}sh|/bin/sh\s[^\n]*\|\s?nc\s"
    )),
    ("shellshock", r"\(\)\s?\{\s?:;?\s?\}\s?;"),
)
# fmt: on
_CASELESS: Final = frozenset({"php-shell"})

SCANNER: Final = LazyScanner(
    lambda: [
        Pattern(
            "facet." + name,
            regex.replace("<SHELL>", _SHELL),
            is_caseless=name in _CASELESS,
            is_multiline=False,
        )
        for name, regex in _FACETS
    ]
)
"""All facets."""


def facets_of(text: str) -> frozenset[str]:
    """Return the names of the facets in a text."""
    found = SCANNER.which(text)
    return frozenset(name.removeprefix("facet.") for name in found) if found else found
