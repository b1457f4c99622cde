"""Sensitive files, second half of the table: what belongs to an operating system.

Owns names only; `names` says how patterns are written and reads them. Sources: hier(7), proc(5), shadow(5), sudoers(5),
Microsoft "Registry Hives" and "Answer files"; ATT&CK T1003, T1053, T1546; CWE-538.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.files.names import Entry

# fmt: off
SYSTEMS: Final[tuple[Entry, ...]] = (
    # Accounts.
    ("system-accounts", "shadow", 96, """
        etc/shadow etc/shadow- etc/shadow.bak etc/shadow.old etc/gshadow etc/gshadow- etc/opasswd
        etc/security/opasswd etc/master.passwd master.passwd spwd.db etc/security/passwd etc/security/user
        etc/tcb/ /tcb/files/auth/ /var/backups/shadow.bak /var/backups/gshadow.bak /shadow smbpasswd passdb.tdb
        samba/private/ secrets.tdb secrets.ldb sam.ldb /var/lib/sss/db/ /var/lib/sss/secrets/
        dslocal/nodes/default/ /var/db/shadow/hash/ sudoers.d/ etc/sudoers etc/doas.conf *.keytab *.ccache
        *.kirbi shadow.bak unshadowed.txt
    """),
    ("system-accounts", "windows-hive", 96, """
        config/sam system32/config/system system32/config/security system32/config/software
        system32/config/default config/sam.sav config/system.sav config/security.sav config/software.sav
        config/default.sav config/regback/ config/sam.log config/system.log repair/sam repair/system
        repair/security repair/software repair/default repair/sam._ repair/system._ ntds.dit windows/ntds/
        sam.hive system.hive security.hive sam.bak sam.save system.save security.save lsass.dmp system32/sam
        microsoft/protect/ microsoft/credentials/ microsoft/vault/ microsoft/crypto/rsa/ microsoft/crypto/keys/
        system32/config/systemprofile/
    """),
    ("system-accounts", "unattended-setup", 90, """
        unattend.xml unattended.xml autounattend.xml unattend.txt sysprep.inf sysprep.xml sysprepsysprep.inf
        winnt.sif policies/groups.xml groups/groups.xml services/services.xml scheduledtasks/scheduledtasks.xml
        datasources/datasources.xml drives/drives.xml printers/printers.xml anaconda-ks.cfg original-ks.cfg
        ks.cfg
    """),
    ("passwd", "passwd", 80, """
        etc/passwd etc/passwd- etc/passwd.bak etc/passwd.old etc/passwd.master /passwd /var/backups/passwd.bak
        etc/pwd.db /etc/group- passwd.bak *.passwd miniserv.users password.master etc/groups
    """),
    # Sockets, memory, devices.
    ("host-socket", "container-runtime", 90, """
        docker.sock containerd.sock podman.sock crio.sock cri-dockerd.sock dockershim.sock buildkitd.sock
        lxd/unix.socket pipe/docker_engine /var/lib/docker/ /var/lib/containerd/ /var/lib/containers/
        /run/containerd/ /run/docker/ libvirt-sock ssh-agent.sock s.gpg-agent
    """),
    ("process-memory", "environment", 85, "proc/self/environ proc/self/envron proc/self/cmdline proc/self/auxv"),
    ("process-memory", "memory", 88, """
        proc/self/mem proc/self/maps proc/self/smaps proc/self/pagemap proc/self/stack /proc/kcore /proc/kmem
        /proc/kallsyms /dev/mem /dev/kmem /dev/port /dev/crash /proc/keys /proc/key-users /proc/sysrq-trigger
        /proc/vmcore /proc/kmsg /dev/kmsg /sys/kernel/security/ /sys/kernel/debug/ /sys/firmware/efi/efivars/
        /proc/sys/kernel/core_pattern /proc/sys/kernel/modprobe /proc/sys/fs/binfmt_misc/ release_agent
        uevent_helper pagefile.sys hiberfil.sys swapfile.sys memory.dmp /var/crash/ /var/lib/systemd/coredump/
        *.vmem *.mdmp
    """),
    ("process-memory", "raw-device", 88, """
        /dev/sda /dev/sda1 /dev/sda2 /dev/sda3 /dev/sdb /dev/sdb1 /dev/vda /dev/vda1 /dev/xvda /dev/xvda1
        /dev/nvme0n1 /dev/nvme0n1p1 /dev/nvme0n1p2 /dev/hda /dev/hda1 /dev/disk/ /dev/mapper/ /dev/dm-0
        /dev/loop0 /physicaldrive0 /physicaldrive1 /globalroot/ /dev/tcp/ /dev/udp/
    """),
    # What people did and wrote.
    ("history", "shell-history", 75, """
        bash_history zsh_history mysql_history psql_history .bash_history .zsh_history .zhistory .zsh_sessions/
        .sh_history .ksh_history .csh_history .tcsh_history .history .ash_history fish_history
        consolehost_history.txt psreadline/ .local/share/powershell/ .mysql_history .psql_history
        .sqlite_history .rediscli_history .dbshell .mongo_history mongosh_repl_history .python_history
        .node_repl_history .irb_history .irb-history .pry_history .php_history .lesshst .viminfo .nano_history
        .scapy_history .erlang_history .julia_history .rhistory .octave_hist .gdb_history .wget-hsts
        .sqlcl_history .bash_sessions/ .python-history recently-used.xbel .xsession-errors
    """),
    ("private-mail", "mail", 76, """
        /var/mail/ /var/spool/mail/ /usr/mail/ /var/spool/mqueue/ /var/spool/exim/ /var/spool/exim4/
        /var/spool/postfix/ /usr/spool/mail/ .maildir/ *.pst *.ost *.mbox mbox chat.db library/messages/
        library/mail/ .signal/ .config/signal/ telegram+desktop/tdata/ tdata/key_datas journal.txt .calendar/
        .abook/ msgstore.db
    """),
    # What attackers ask for.
    ("probe", "lfi-probe", 75, """
        boot.ini win.ini system.ini winnt/desktop.ini winnt/system32/cmd.exe autoexec.bat localstart.asp
        winnt/repair/ windows/repair/ /winnt/ windows/php.ini winnt/php.ini system32/eula.txt
        system32/license.rtf
    """),
    # Ways to come back.
    ("ssh", "ssh-directory", 74, """
        .ssh/ .ssh2/ authorized_keys authorized_keys2 known_hosts ssh/ssh_known_hosts ssh/config
    """),
    ("ssh", "ssh-server", 72, "etc/ssh/sshd_config /etc/ssh/ etc/sshd_config sshd_config /etc/pam.d/ etc/pam.conf"),
    ("startup", "scheduled-task", 74, """
        /var/spool/cron/ /etc/cron.d/ /var/spool/at/ /usr/lib/cron/tabs/ /var/at/tabs/ windows/tasks/
        system32/tasks/ library/launchagents/ library/launchdaemons/ /etc/ld.so.preload
        start+menu/programs/startup/ .xauthority .iceauthority
    """),
    # Inner files.
    ("system", "windows-system", 72, """
        *.evt *.evtx system32/logfiles/ system32/winevt/ drivers/etc/hosts drivers/etc/lmhosts
        drivers/etc/networks system32/drivers/etc/ system32/config/ system32/inetsrv/ inetpub/logs/
        inetpub/history/ windows/panther/ windows/iis.log windows/iis6.log windows/iis7.log windows/iis8.log
        system32/sysprep/ system+volume+information/ $recycle.bin/ system32/wbem/ wbem/repository/
        windows/prefetch/ windows/sysvol/ system32/grouppolicy/ ntuser.dat ntuser.dat.log usrclass.dat httperr/
    """),
    ("system", "unix-system", 72, """
        grub/menu.lst etc/grub.conf lilo.conf /system.map /vmlinuz /initrd.img /etc/audit/ /var/log/audit/
        /etc/selinux/ /etc/apparmor.d/ /etc/exports /etc/hosts.equiv mlocate.db
    """),
    # What is not secret, but is what attackers look at first.
    ("readable", "public-configuration", 45, """
        /etc/hosts etc/group /etc/issue /etc/issue.net /etc/motd /etc/fstab /etc/mtab /etc/resolv.conf
        /etc/hostname /etc/hosts.allow /etc/hosts.deny /etc/services /etc/inittab /etc/inetd.conf /etc/networks
        /etc/sysctl.conf /etc/login.defs /etc/nsswitch.conf /etc/ldap.conf /etc/ld.so.conf /etc/lsb-release
        /etc/redhat-release /etc/profile /etc/bash.bashrc /etc/bashrc /etc/network/interfaces /etc/sysconfig/
        /etc/xinetd.d/ /etc/logrotate.d/ /etc/aliases /etc/crontab /etc/anacrontab /etc/at.allow /etc/at.deny
        /etc/cron.allow /etc/cron.deny /etc/cron.daily/ /etc/cron.hourly/ /etc/cron.weekly/ /etc/cron.monthly/
        /etc/init.d/ /etc/rc.local /etc/profile.d/ /etc/systemd/system/ /lib/systemd/system/ /etc/udev/rules.d/
        /etc/security/ httpd.conf apache2.conf apache.conf httpd-ssl.conf httpd.conf.default php.ini nginx.conf
        lighttpd.conf proftpd.conf vsftpd.conf pureftpd.conf pure-ftpd.conf my.cnf my.ini postgresql.conf
        mongod.conf named.conf smb.conf sendmail.cf main.cf exim.conf wu-ftpd/ pure-ftpd/ sites-available/
        sites-enabled/ slapd.conf .htaccess .bashrc .bash_profile .bash_logout .profile .zshrc .cshrc .login
        .zprofile .aliases .exports .functions .extra .gitconfig .vimrc .xinitrc .curlrc .wgetrc .psqlrc .hgrc
        .ansible.cfg .yarnrc.yml .mcp.json .gemini/settings.json .config/autostart/ .config/systemd/user/
        pip/pip.conf .pip/pip.conf php_info.php phpinfo.php info.php mercury.ini filezilla+server.xml
        catalina.out /var/log/auth.log /var/log/secure /var/log/messages /var/log/message /var/log/syslog
        /var/log/wtmp /var/log/btmp /var/log/utmp /var/log/lastlog /var/log/faillog /var/log/maillog
        /var/log/mail.log /var/log/dmesg /var/log/kern.log /var/log/boot.log /var/run/utmp /var/adm/ /var/saf/
        /boot/ error.log error_log ssl_error_log proftpd.log xferlog vsftpd.log mysqld.log mysql.log
        /usr/local/etc/ windows/debug/ windows/setupact.log windows/windowsupdate.log desktop.ini .dockerenv
    """),
    ("readable", "application-file", 45, """
        *.pcap *.pcapng *.sqlite *.sqlite3 *.bak *.sql *.rdp *.gpg *.pgp settings.py application.properties
        appsettings.json config.php database.php settings.php php.ini.default users.db debug.keystore
        default.keystore backup.zip backup.tar.gz carrierwave.rb omniauth.rb devise.rb knife.rb knexfile.js
        ormconfig.json redis.conf kibana.yml elasticsearch.yml grafana.ini gitlab.rb logstash.yml
        rabbitmq.config profiles.yml docker-compose.override.yml parameters.yml parameters.yaml tnsnames.ora
        hibernate.cfg.xml weblogic.xml vault.hcl vault.json openrc cookie.txt siteconfig.php conf_global.php
        jupyter_notebook_config.json key.json aws.json azure.json gcp.json
    """),
)
# fmt: on
