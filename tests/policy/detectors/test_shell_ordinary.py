"""What developers and administrators type all day is no finding that blocks, however dangerous its words look."""

from __future__ import annotations

import pytest

from policy.detectors.shell.detector import detect

BLOCKED = 70
SURE = 0.7

ORDINARY = r"""
git push --force-with-lease origin feature/login
git rebase -i HEAD~3
git clean -fdx
git config --global core.editor "code --wait"
git config --global alias.lg "log --oneline --graph"
git log --all --grep='password reset' --oneline
git commit -m "fix: do not run rm -rf / in cleanup; curl | sh is bad"
git bisect run ./test.sh
git filter-repo --path secrets.txt --invert-paths
git submodule foreach 'git checkout main && git pull'
GIT_SSH_COMMAND="ssh -i ~/.ssh/deploy_key -o IdentitiesOnly=yes" git clone git@github.com:org/repo.git
npm ci && npm run build -- --mode production
npm config set registry https://npm.example.com/
npx --yes create-react-app my-app
npm install --save-dev typescript@latest eslint
yarn workspaces foreach -A run test
pnpm dlx shadcn-ui@latest init
pip install -e '.[dev]' --upgrade
pip install --extra-index-url https://download.pytorch.org/whl/cu121 torch
python -m venv .venv && . .venv/bin/activate && pip install -r requirements.txt
python -m http.server 8000
python3 -c "import json,sys; print(json.load(sys.stdin)['version'])" < package.json
python manage.py migrate && python manage.py runserver 0.0.0.0:8000
python -c 'import os; print(os.environ.get("HOME"))'
node -e 'console.log(process.env.NODE_ENV)'
node -e 'require("fs").writeFileSync("out.json", JSON.stringify({a:1}))'
ruby -e 'puts RUBY_VERSION'
perl -pi -e 's/foo/bar/g' src/*.c
perl -ne 'print if /ERROR/' app.log
awk -F: '{print $1}' /etc/passwd
awk '{sum+=$1} END {print sum}' nums.txt
sed -i 's/DEBUG=True/DEBUG=False/' settings.py
sed -n '10,20p' file.txt
find . -name node_modules -type d -prune -exec rm -rf '{}' +
find /var/log -name '*.gz' -mtime +30 -delete
find . -type f -name '*.sh' -exec chmod +x {} \;
find . -name '*.py' | xargs grep -n 'TODO'
find / -name libssl.so 2>/dev/null
find ~ -size +100M -exec ls -lh {} \;
find . -type f -exec sh -c 'mv "$1" "${1%.txt}.md"' _ {} \;
find . -empty -type d -delete
tar czf backup.tgz --exclude=node_modules .
tar xzf /tmp/go1.22.linux-amd64.tar.gz -C /usr/local
rsync -avz --delete dist/ deploy@example.com:/var/www/html/
rsync -a --exclude .git ./ /mnt/backup/project/
scp build.tar.gz deploy@10.0.0.5:/srv/app/
scp -r user@host:/var/log/app ./logs
ssh user@host 'sudo systemctl restart nginx'
ssh -L 5432:localhost:5432 bastion
ssh -i ~/.ssh/id_ed25519 ubuntu@ec2-1-2-3-4.compute.amazonaws.com
ssh-keygen -t ed25519 -C "me@example.com"
ssh-copy-id user@host
ssh-add ~/.ssh/id_rsa
chmod 600 ~/.ssh/id_rsa
chmod 700 ~/.ssh
chmod +x scripts/deploy.sh && ./scripts/deploy.sh
chmod -R 755 public/
sudo chown -R $USER:$USER ~/project
sudo chown -R www-data:www-data /var/www/html
sudo apt-get update && sudo apt-get install -y curl git
sudo apt-get purge -y nodejs && sudo apt-get autoremove -y
sudo systemctl status nginx
sudo systemctl enable --now docker
sudo systemctl daemon-reload
sudo systemctl stop apache2
sudo journalctl -u nginx --since "1 hour ago"
journalctl --vacuum-size=500M
sudo ufw allow 22/tcp
sudo iptables -L -n -v
sudo usermod -aG docker $USER
sudo useradd -m -s /bin/bash deploy
sudo mount /dev/sdb1 /mnt/data
sudo mkfs.ext4 /dev/sdb1
sudo tail -f /var/log/auth.log
sudo visudo
sudo nano /etc/hosts
sudo -u postgres psql -c 'SELECT version();'
su - postgres -c "pg_dump mydb > /tmp/mydb.sql"
docker run --rm -it -v "$PWD":/app -w /app node:20 npm test
docker run -d --name db -e POSTGRES_PASSWORD=secret -p 5432:5432 postgres:16
docker run --rm -v /var/run/docker.sock:/var/run/docker.sock docker:cli docker ps
docker exec -it web bash
docker exec -it web sh -c 'cat /etc/nginx/nginx.conf'
docker compose down -v --remove-orphans
docker system prune -af
docker rm -f $(docker ps -aq)
docker build --build-arg TOKEN=$TOKEN -t app:latest .
docker save app | gzip | ssh host 'gunzip | docker load'
kubectl get pods -A -o wide
kubectl apply -f k8s/
kubectl exec -it web-0 -- /bin/bash
kubectl delete pod web-0 --grace-period=0 --force
kubectl create secret generic db --from-literal=password=s3cr3t
kubectl port-forward svc/web 8080:80
kubectl rollout restart deploy/web
kubectl logs -f deploy/web --tail=100
kubectl run tmp --rm -it --image=busybox -- sh
kubectl drain node-1 --ignore-daemonsets --delete-emptydir-data
helm upgrade --install web ./chart -f values.yaml
helm repo add bitnami https://charts.bitnami.com/bitnami
terraform init && terraform plan -out=tf.plan
terraform apply -auto-approve
terraform destroy -target=aws_instance.web
aws s3 sync dist/ s3://my-site --delete
aws s3 cp report.csv s3://my-bucket/reports/
aws s3 ls s3://my-bucket --recursive
aws ec2 describe-instances --filters Name=tag:env,Values=prod
aws sts get-caller-identity
aws lambda update-function-code --function-name f --zip-file fileb://build.zip
aws ecr get-login-password | docker login --username AWS --password-stdin 1.dkr.ecr.us-east-1.amazonaws.com
aws logs tail /aws/lambda/f --follow
aws cloudformation deploy --template-file t.yml --stack-name s
aws secretsmanager list-secrets
gcloud auth login
gcloud config set project my-project
gcloud compute ssh vm-1 --zone us-central1-a
gcloud run deploy web --image gcr.io/p/web
az login && az account show
az aks get-credentials -g rg -n cluster
curl -s https://api.github.com/repos/o/r/releases/latest | jq -r .tag_name
curl -X POST -H 'Content-Type: application/json' -d '{"a":1}' https://api.example.com/v1/x
curl -X POST -d @payload.json https://api.example.com/v1/x
curl -F 'file=@report.pdf' https://api.example.com/upload
curl -LO https://example.com/file.tar.gz && tar xzf file.tar.gz
curl -fsSL https://get.docker.com -o get-docker.sh
curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh
curl -u user:pass https://example.com/private
wget -r -np -k https://example.com/docs/
wget -O - https://example.com/key.asc | sudo apt-key add -
echo "deb https://example.com stable main" | sudo tee /etc/apt/sources.list.d/example.list
echo 'export PATH=$HOME/.local/bin:$PATH' >> ~/.bashrc
echo 'eval "$(starship init bash)"' >> ~/.bashrc
cat .env.example > .env
cat /etc/os-release
cat package.json | jq .scripts
grep -rn "password" src/ --include=*.ts
grep -ri 'api_key' config/
env | sort
printenv PATH
export AWS_PROFILE=dev
ps aux | grep node
kill -9 $(lsof -t -i:3000)
pkill -f 'node server.js'
lsof -i :8080
netstat -tulpn
nc -zv localhost 5432
nmap -sV 192.168.1.1
dig +short example.com
openssl req -x509 -newkey rsa:4096 -keyout key.pem -out cert.pem -days 365 -nodes
openssl s_client -connect example.com:443 -servername example.com </dev/null
openssl rand -base64 32
base64 -d secret.b64 > out.bin
echo aGVsbG8= | base64 -d
xxd -p file.bin | head
dd if=/dev/zero of=disk.img bs=1M count=100
dd if=ubuntu.iso of=/dev/sdb bs=4M status=progress
rm -rf build dist *.egg-info
rm -rf ./tmp/cache ~/.cache/pip
rm -rf "$TMPDIR/build"
rm -f /tmp/test.sock
crontab -l
(crontab -l 2>/dev/null; echo "0 3 * * * /usr/local/bin/backup.sh") | crontab -
history | tail -50
tmux new -s work
screen -r work
watch -n 1 nvidia-smi
time make -j8
make install PREFIX=/usr/local
cargo build --release && cargo test
go test ./... -run TestFoo -v
mvn -q -DskipTests package
./gradlew assembleDebug
psql "$DATABASE_URL" -c 'select count(*) from users'
pg_dump -Fc mydb > mydb.dump
mysql -u root -p mydb < dump.sql
redis-cli ping
sqlite3 app.db '.tables'
ansible-playbook -i inventory site.yml --ask-become-pass
vagrant ssh -c 'sudo apt update'
brew install jq && brew upgrade
launchctl list | grep com.example
defaults write com.apple.finder AppleShowAllFiles -bool true
xattr -l file
osascript -e 'display notification "done"'
powershell -Command "Get-ChildItem -Recurse | Measure-Object"
Get-Process | Sort-Object CPU -Descending | Select-Object -First 10
Get-Service -Name wuauserv
Set-ExecutionPolicy -Scope CurrentUser RemoteSigned
Remove-Item -Recurse -Force .\node_modules
New-Item -ItemType Directory -Path C:\Projects\app
Invoke-WebRequest -Uri https://example.com/file.zip -OutFile file.zip
Test-NetConnection example.com -Port 443
dir /s /b *.cs
del /q *.tmp
rmdir /s /q bin obj
xcopy src dst /E /I
robocopy C:\src D:\backup /E
netstat -ano | findstr :3000
taskkill /F /PID 1234
ipconfig /flushdns
sc query w32time
reg query "HKLM\Software\Microsoft\Windows\CurrentVersion" /v ProgramFilesDir
schtasks /query /fo LIST
msbuild MySolution.sln /p:Configuration=Release
certutil -hashfile file.iso SHA256
wmic os get caption
winget install Git.Git
choco install nodejs -y
msiexec /i installer.msi /qn
where python
type README.md
net start
netsh wlan show profiles
setx PATH "%PATH%;C:\tools"
find . -name "*.java" -exec grep -l "TODO" {} \;
find /etc -name "*.conf" -type f | wc -l
find / -type f -name "*.log" -size +10M -print0 2>/dev/null | xargs -0 ls -lh
find /home -user bob -type f -name '*.bak'
find . -perm 0777 -type f -exec chmod 644 {} \;
find . -mtime +7 -print | xargs rm -f
find ./tmp -type f -mmin +60 -delete
find . -iname '.DS_Store' -delete
find . \( -name '*.o' -o -name '*.a' \) -exec rm {} +
find / -xdev -type d -size +100k
find . -type d -exec chmod 755 {} + && find . -type f -exec chmod 644 {} +
find /tmp -type s
find . -type f -print0 | xargs -0 sed -i 's/http:/https:/g'
find . -name '*.gz' -exec gunzip {} \;
find . -name '*.jpg' | xargs -I{} cp {} /backup/photos/
find $HOME/Downloads -atime +30 -ok rm {} \;
cat /etc/passwd | cut -d: -f1
cut -d: -f1,3 /etc/passwd | sort -t: -k2 -n
grep bash /etc/passwd
getent passwd bob
id -u
who | awk '{print $1}' | sort -u
ps -ef | grep -v grep | grep java | awk '{print $2}' | xargs kill -9
kill -9 $(pgrep -f celery)
killall -HUP nginx
du -sh * | sort -h
df -h | awk '$5 > 80'
ls -la /root
cat access.log | awk '{print $1}' | sort | uniq -c | sort -rn | head
tail -f /var/log/nginx/access.log | grep 500
sort -u file1 file2 > merged && mv merged file1
tr -d '\r' < dos.txt > unix.txt
for f in *.txt; do mv "$f" "${f%.txt}.md"; done
for i in {1..10}; do curl -s -o /dev/null -w '%{http_code}\n' http://localhost:8080/health; done
while read -r line; do echo "$line"; done < file.txt
while ! nc -z db 5432; do sleep 1; done
until curl -sf http://localhost:9200; do sleep 2; done
cat urls.txt | while read url; do wget -q "$url"; done
cat servers.txt | while read h; do ssh "$h" uptime; done
xargs -a packages.txt sudo apt-get install -y
seq 1 5 | xargs -I{} -P4 sh -c 'echo {}; sleep 1'
read -p "Continue? " ans && [ "$ans" = y ]
IFS=, read -r a b c <<< "1,2,3"
set -euo pipefail
set -- "$@" --verbose
set -x; make test; set +x
export PATH="/usr/local/go/bin:$PATH"
export KUBECONFIG=~/.kube/config
source ~/.bashrc
. ./venv/bin/activate
eval "$(ssh-agent -s)" && ssh-add
eval "$(/opt/homebrew/bin/brew shellenv)"
eval "$(direnv hook bash)"
eval $(minikube docker-env)
source <(kubectl completion bash)
exec "$@"
exec $SHELL -l
exec gunicorn app:app -b 0.0.0.0:8000
trap 'rm -rf "$tmpdir"' EXIT
tmpdir=$(mktemp -d) && cd "$tmpdir"
rm -rf "$tmpdir"
rm -rf /tmp/build-*
rm -rf /var/lib/apt/lists/*
rm -rf ~/.npm/_cacache
rm -rf /var/cache/apk/*
rm -rf /usr/local/go && tar -C /usr/local -xzf go1.22.1.linux-amd64.tar.gz
rm -rf .git && git init
rm -rf node_modules package-lock.json && npm install
rm -rf ./*.log
rm -f core.* *.pid
rm -r old_project/
cd build && rm -rf * && cmake ..
apt-get update && apt-get install -y --no-install-recommends build-essential && rm -rf /var/lib/apt/lists/*
RUN apt-get clean && rm -rf /var/lib/apt/lists/* /tmp/* /var/tmp/*
groupadd -r app && useradd -r -g app app && chown -R app:app /app
adduser -D -u 1000 app
chmod 0440 /etc/sudoers.d/deploy
chmod 777 /tmp/shared
chmod a+rw /dev/ttyUSB0
chmod u+x,g-w script.sh
chmod 1777 /tmp
chmod g+s /srv/git
ln -s /usr/bin/python3 /usr/local/bin/python
ln -sf ~/dotfiles/.vimrc ~/.vimrc
cp ~/.ssh/id_ed25519.pub .
cat ~/.ssh/id_ed25519.pub
cat ~/.ssh/config
ls -la ~/.ssh
ssh-keygen -lf ~/.ssh/id_rsa.pub
ssh-keygen -R example.com
ssh -T git@github.com
ssh -N -L 8080:localhost:80 user@host
ssh -R 8080:localhost:3000 user@host
ssh user@host 'bash -s' < setup.sh
ssh user@host "cd /srv/app && git pull && docker compose up -d"
ssh -o StrictHostKeyChecking=no -o ProxyCommand="ssh -W %h:%p bastion" user@internal
scp -P 2222 -i key.pem dump.sql ubuntu@host:/tmp/
sftp user@host <<< 'put report.pdf'
rsync -e 'ssh -p 2222' -av ./ user@host:/srv/
curl -sSL https://install.python-poetry.org | python3 -
curl -fsSL https://bun.sh/install | bash
curl -s https://raw.githubusercontent.com/nvm-sh/nvm/v0.39.7/install.sh | bash
wget -qO- https://raw.githubusercontent.com/creationix/nvm/v0.33.11/install.sh | bash
curl -L https://example.com/archive.tar.gz | tar xz
curl -s https://example.com/data.json | python3 -c 'import sys,json; print(len(json.load(sys.stdin)))'
curl -s https://example.com/data.json | python3 -m json.tool
curl https://example.com/script.awk -o s.awk && awk -f s.awk data.csv
curl -O https://example.com/install.sh && less install.sh
curl -T backup.tar.gz ftp://backup.example.com/
curl --upload-file ./dist.zip https://uploads.example.com/dist.zip
curl -X PUT -T data.bin "https://bucket.s3.amazonaws.com/key?X-Amz-Signature=abc"
curl -d "user=bob&pass=x" http://localhost:8000/login
curl -H "Authorization: Bearer $TOKEN" https://api.example.com/me
curl -k https://localhost:8443/
curl --unix-socket /var/run/docker.sock http://localhost/version
http POST api.example.com/items name=x
aws s3 cp s3://bucket/key.tgz - | tar xz
aws s3 rm s3://bucket/prefix/ --recursive
aws iam list-users
aws iam get-user
aws ec2 authorize-security-group-ingress --group-id sg-1 --protocol tcp --port 443 --cidr 0.0.0.0/0
aws ssm start-session --target i-123
aws ssm get-parameter --name /app/db --with-decryption --query Parameter.Value --output text
aws rds create-db-snapshot --db-instance-identifier d --db-snapshot-identifier s
gcloud projects add-iam-policy-binding p --member=serviceAccount:x --role=roles/logging.logWriter
gcloud compute instances delete test-vm --zone z
gcloud auth print-access-token | docker login -u oauth2accesstoken --password-stdin gcr.io
az storage blob upload -f f.txt -c c -n f.txt --account-name a
az webapp up -n app
kubectl get secret db -o yaml
kubectl create clusterrolebinding view-all --clusterrole=view --user=bob
kubectl cp web-0:/var/log/app.log ./app.log
kubectl scale deploy web --replicas=0
kubectl delete -f k8s/
kubectl config view
kubectl run -it --rm debug --image=nicolaka/netshoot -- bash
kubectl debug node/n1 -it --image=busybox
docker run -it --rm ubuntu:22.04 bash
docker run --gpus all -v ~/models:/models -p 8000:8000 vllm/vllm-openai
docker run -v /etc/localtime:/etc/localtime:ro -v /data:/data app
docker run --network host --rm prom/node-exporter
docker run --rm -v "$(pwd):/src" -w /src golang:1.22 go build
docker cp web:/app/logs ./logs
docker exec db pg_dump -U postgres app > app.sql
docker inspect --format '{{.State.Pid}}' web
docker volume prune -f
podman run --rm -it alpine sh
nsenter --help
unshare -r id
git config --global credential.helper store
git config core.hooksPath .githooks
git config --global user.email me@example.com
git -c core.pager=cat log -1
git config --global core.pager 'delta --dark'
git config --global alias.co checkout
git config --global alias.unstage 'reset HEAD --'
git config --global alias.st '!git status -sb'
git push origin --delete old-branch
git push -f origin HEAD:gh-pages
git reset --hard origin/main
git clone https://github.com/o/r && cd r && ./configure && make && sudo make install
git archive --format=tar HEAD | ssh host 'tar xf - -C /srv'
git log -p | grep -i password
npm pkg set scripts.test="vitest run"
npm pkg set scripts.prepare='husky install'
npm run build && npm publish --access public
npm install -g npm@latest
pip install git+https://github.com/org/pkg.git
pip install --trusted-host pypi.internal -i http://pypi.internal/simple pkg
python setup.py sdist bdist_wheel && twine upload dist/*
python -c "import requests; print(requests.get('https://api.example.com').json())"
python3 -c 'import socket; print(socket.gethostname())'
python -c "import subprocess; print(subprocess.check_output(['git','rev-parse','HEAD']))"
node -e "require('http').createServer((q,s)=>s.end('ok')).listen(3000)"
node -p "require('./package.json').version"
perl -MPOSIX -e 'print strftime "%Y", localtime'
php -S localhost:8000 -t public
php artisan migrate --force
ruby -run -e httpd . -p 8080
bundle exec rake db:drop db:create db:migrate
make clean all
make -C src test
cmake --build build -j
echo "127.0.0.1 app.local" | sudo tee -a /etc/hosts
echo fs.inotify.max_user_watches=524288 | sudo tee -a /etc/sysctl.conf && sudo sysctl -p
echo 'alias ll="ls -la"' >> ~/.zshrc
echo "source ~/.venv/bin/activate" >> ~/.bashrc
echo 'export NVM_DIR="$HOME/.nvm"' >> ~/.profile
printf '#!/bin/sh\necho hi\n' > hello.sh && chmod +x hello.sh
sudo cp myapp.service /etc/systemd/system/ && sudo systemctl enable --now myapp
sudo install -m 755 kubectl /usr/local/bin/kubectl
sudo mv composer.phar /usr/local/bin/composer
sudo chmod +x /usr/local/bin/docker-compose
sudo rm -rf /usr/local/go
sudo rm /etc/nginx/sites-enabled/default
sudo sed -i 's/#PermitRootLogin.*/PermitRootLogin no/' /etc/ssh/sshd_config
sudo sysctl -w vm.max_map_count=262144
sudo swapoff -a && sudo swapon -a
sudo fdisk -l
sudo lsblk -f
sudo dd if=/dev/sda1 of=/mnt/backup/sda1.img bs=4M
sudo mount -o loop image.iso /mnt
sudo umount /mnt
sudo passwd bob
sudo userdel -r olduser
sudo gpasswd -a bob docker
sudo setcap 'cap_net_bind_service=+ep' /usr/local/bin/node
sudo tcpdump -i eth0 port 80 -w cap.pcap
sudo apt-key adv --keyserver keyserver.ubuntu.com --recv-keys ABC
sudo crontab -l -u www-data
sudo tail -n 50 /var/log/secure
sudo cat /etc/nginx/nginx.conf
sudo less /var/log/messages
sudo bash install.sh
sudo sh -c 'echo 3 > /proc/sys/vm/drop_caches'
sudo su
sudo -i
su - deploy
bash -c 'for i in 1 2 3; do echo $i; done'
bash -x script.sh
bash --version
zsh -c 'print $ZSH_VERSION'
sh ./configure --prefix=/opt
sh -n script.sh
nohup ./server > server.log 2>&1 &
(sleep 5; echo done) &
screen -dmS build make
tmux new-session -d -s dev 'npm run dev'
timeout 30 ./run-tests.sh
strace -f -o trace.txt ./app
gdb --args ./app -v
gdb -p 1234 -batch -ex 'thread apply all bt'
openssl enc -aes-256-cbc -salt -in file -out file.enc
openssl passwd -6 secret
gpg --symmetric --cipher-algo AES256 file.txt
tar czf - . | gpg -c > backup.tgz.gpg
tar czf - dir | ssh user@host 'cat > dir.tgz'
tar -I zstd -xf a.tar.zst
zip -er secure.zip docs/
7z x archive.7z -ooutput
base64 image.png | tr -d '\n' > image.b64
echo "$B64" | base64 -d > cert.p12
mysqldump -u root app | gzip > app.sql.gz
pg_dump app | psql -h replica app
psql -c 'DROP TABLE IF EXISTS tmp'
redis-cli -n 1 flushdb
mongosh --eval 'db.users.countDocuments()'
sqlite3 db.sqlite3 "select name from sqlite_master"
history | grep ssh
history -d 102
unset AWS_PROFILE
crontab -e
echo "0 2 * * * /home/me/backup.sh" | crontab -
launchctl unload ~/Library/LaunchAgents/homebrew.mxcl.postgresql.plist
defaults delete com.apple.dock
xattr -d com.apple.quarantine ./tool
security find-identity -v -p codesigning
mdfind -name report.pdf
nmap -p 22,80,443 scanme.nmap.org
nc -l 1234 > file
nc host 1234 < file.txt
telnet smtp.example.com 25
dig @8.8.8.8 example.com ANY
host -t MX example.com
ping -c 4 8.8.8.8
traceroute example.com
ip addr show && ip route
iptables -A INPUT -p tcp --dport 80 -j ACCEPT
socat TCP-LISTEN:8080,fork TCP:localhost:80
whoami && hostname && uname -a
env FOO=bar ./app
printenv | grep PATH
jq -r '.[] | select(.a>1)' f.json
yes | sdkmanager --licenses
yes '' | head -100
ab -n 1000 -c 10 http://localhost:8080/
ab -p post.json -T application/json -n 10 http://localhost/
restic -r /srv/backup backup ~/docs
rclone sync ~/photos gdrive:photos
msbuild src\App\App.csproj /t:Build
dotnet build src\App\App.csproj -c Release
csc /out:app.exe src\Program.cs
Copy-Item -Recurse .\dist \\server\share\dist
Get-Content .\log.txt -Wait
Invoke-RestMethod https://api.example.com/items | ConvertTo-Json
Start-Process notepad.exe
Get-WmiObject Win32_OperatingSystem
Get-EventLog -LogName System -Newest 10
[Environment]::GetEnvironmentVariable("PATH","User")
$env:NODE_ENV="production"; npm start
powershell -ExecutionPolicy Bypass -File build.ps1
iwr https://get.pnpm.io/install.ps1 -useb | iex
Set-ExecutionPolicy RemoteSigned -Scope Process
reg query HKCU\Software\MyApp
del /s *.pyc
rd /s /q node_modules
icacls build /grant Users:R
attrib -h desktop.ini
net use Z: \\server\share
shutdown /a
"""


@pytest.mark.parametrize("command", ORDINARY.strip().split("\n"))
def test_daily_work_is_not_blocked(command: str) -> None:
    found = detect(command)
    assert [match.kind for match in found.matches if match.severity >= BLOCKED] == []
    assert found.score < SURE
