"""Sensitive files, first half of the table: what holds secrets of people and programs.

Owns names only; `names` says how patterns are written and reads them. Sources: the documentation of the programs
named; ATT&CK T1552, T1555; Kubernetes "Service Accounts"; Docker "Manage sensitive data".
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.files.names import Entry

# fmt: off
SECRETS: Final[tuple[Entry, ...]] = (
    # Keys.
    ("private-key", "ssh-key", 98, """
        id_rsa id_dsa id_ecdsa id_ed25519 id_ed25519_sk id_ecdsa_sk id_xmss ssh_host_key ssh_host_rsa_key
        ssh_host_dsa_key ssh_host_ecdsa_key ssh_host_ed25519_key id_rsa.keystore id_rsa.old id_rsa.bak
        id_rsa_old id_rsa.txt id_ed25519.bak .ssh/identity ssh_key ssh-key deploy_key deploy-key
        .ssh/google_compute_engine *_rsa *_dsa *_ed25519 *_ecdsa *.ppk
    """),
    ("private-key", "certificate-key", 98, """
        *.key *.p12 *.pfx *.pkcs12 *.pkcs8 *.p8 *.pvk *.snk *.keypair *.agekey privkey.pem private.pem
        private_key private-key privatekey private_key.pem /etc/ssl/private/ /etc/pki/tls/private/
        /etc/pki/private/ /etc/letsencrypt/live/ /etc/letsencrypt/archive/ /etc/letsencrypt/keys/
        /etc/letsencrypt/accounts/ /etc/ipsec.d/private/ pki/private/ kubernetes/pki/ .acme.sh/ .step/secrets/
        .docker/machine/ .config/sops/age/ sops/age/keys.txt .age/ .lego/certificates/
    """),
    ("private-key", "keystore", 98, "*.jks *.keystore *.bks *.bcfks *.jceks .keystore"),
    ("private-key", "pgp-key", 98, """
        secring.gpg private-keys-v1.d/ .gnupg/ .gpg/ .pgp/ appdata/roaming/gnupg/ secret.asc private.asc
        private.key.asc private-key.asc private.gpg otr.private_key *.skr
    """),
    ("private-key", "vpn-key", 95, """
        *.ovpn *.tblk /etc/wireguard/ wg0.conf wg1.conf /etc/openvpn/ ipsec.secrets swanctl/private/ *.pcf
        *.mobileconfig
    """),
    ("gateway", "aegis", 99, """
        .aegis/ aegis-ca.pem aegis-ca-key.pem .mitmproxy/ mitmproxy-ca.pem mitmproxy-ca.p12 /etc/aegis/
        /var/lib/aegis/
    """),
    # Clouds and what is mounted.
    ("cloud-credentials", "aws", 95, """
        .aws/ aws/credentials aws_credentials awscredentials aws-credentials .aws_credentials rootkey.csv
        credentials.csv accesskeys.csv new_user_credentials.csv .s3cfg s3cfg .boto .s3ql/authinfo2
        .elasticbeanstalk/aws_credential_file ecs/ecs.config .passwd-s3fs passwd-s3fs .saml2aws
    """),
    ("cloud-credentials", "gcp", 95, """
        .config/gcloud/ appdata/roaming/gcloud/ gcloud/credentials.db gcloud/access_tokens.db
        gcloud/legacy_credentials/ application_default_credentials.json service-account.json
        service_account.json serviceaccount.json service-account-key.json service_account_key.json
        gcp-credentials.json gcp-key.json google-credentials.json google_credentials.json firebase-adminsdk.json
        client_secret.json client_secrets.json .gsutil/
    """),
    ("cloud-credentials", "azure", 95, """
        .azure/ azureprofile.json accesstokens.json msal_token_cache.json msal_token_cache.bin
        service_principal_entries.json *.publishsettings *.azureauth *.cscfg tokencache.dat .azure-devops/
        /var/lib/waagent/ waagent/ovf-env.xml
    """),
    ("cloud-credentials", "other-cloud", 95, """
        .oci/ .aliyun/ .bluemix/ .ibmcloud/ .config/doctl/ doctl/config.yaml .tugboat .linode-cli linode-cli
        .config/hcloud/cli.toml .config/scw/ .scwrc .openstack/ openrc.sh clouds.yaml .config/openstack/
        .fly/config.yml .vultr-cli.yaml .exoscale/ .config/exoscale/ .cloudflared/ .config/.wrangler/
        .cloudflare/ .config/heroku/ .heroku/ heroku.json .config/netlify/ .netlify/config.json
        .vercel/auth.json com.vercel.cli/ .now/auth.json .railway/config.json
        .config/configstore/firebase-tools.json .supabase/access-token .pulumi/credentials.json
        .terraform.d/credentials.tfrc.json credentials.tfrc.json .terraformrc terraform.rc *.tfstate
        *.tfstate.backup terraform.tfstate.d/ *.tfvars *.tfvars.json .tfvars .config/rclone/ rclone.conf
        .rclone.conf .config/snowflake/ .snowsql/config .databrickscfg .databricks/ .dbt/profiles.yml .kaggle/
        kaggle.json .config/kaggle/ .cfcli.yml .cf/config.json .config/stripe/
    """),
    ("cloud-credentials", "kubernetes", 95, """
        .kube/ kubeconfig kube.config *.kubeconfig /etc/kubernetes/ kubernetes/admin.conf
        kubernetes/kubelet.conf kubernetes/controller-manager.conf kubernetes/scheduler.conf
        kubernetes/super-admin.conf /var/lib/kubelet/ /var/lib/etcd/ /var/lib/rancher/ k3s.yaml rke2.yaml
        /etc/rancher/ .helm/ .config/helm/registry.json .minikube/ .k9s/ .talos/ talosconfig .lens/ .argocd/
        .config/argocd/ member/snap/db
    """),
    ("service-token", "mounted-secret", 95, """
        /run/secrets/ /var/run/secrets/ run/secrets/ secrets/kubernetes.io/ kubernetes.io/serviceaccount/
        serviceaccount/token /secrets/ /vault/secrets/ /mnt/secrets/ /mnt/secrets-store/ /etc/secrets/
        /run/credentials/ /etc/credstore/ /etc/credstore.encrypted/ /var/lib/cloud/ cloud/instance/user-data.txt
        instance/user-data .vault-token .vault_token .vault-pass .vault_pass .vault_password .vault-password
        vault_pass.txt vault-password.txt vault_password.txt vault-token vault_token .bao-token .config/op/
        .doppler/ .infisical.json .secrets secret.token token.json /etc/ansible/vault_pass
    """),
    # Stores of passwords, browsers, wallets.
    ("password-store", "password-manager", 95, """
        *.kdbx *.kdb *.psafe3 *.agilekeychain *.opvault *.1pif *.1pux *.keychain *.keychain-db .password-store/
        .local/share/keyrings/ .gnome2/keyrings/ *.kwallet *.kwl kwalletd/ .kde/share/apps/kwallet/ *.keyring
        library/keychains/ .lastpass/ .config/lpass/ .lpass/ .config/bitwarden+cli/ bitwarden+cli/
        .config/bitwarden/ bitwarden/data.json .config/1password/ 1password/data/ .dashlane/ *.enpassdb *.bek
        *.fve *.tpm *.gnucash *.dayone pidgin/accounts.xml .purple/accounts.xml .purple/ *.wallet *.walletx
    """),
    ("password-store", "browser-profile", 95, """
        login+data login+data+for+account web+data logins.json logins-backup.json key3.db key4.db signons.sqlite
        signons.txt signons3.txt cert8.db cert9.db cookies.sqlite cookies.binarycookies default/cookies
        network/cookies local+state user+data/default/ formhistory.sqlite places.sqlite default/history
        sessionstore.jsonlz4 .mozilla/ mozilla/firefox/ firefox/profiles/ application+support/firefox/
        .thunderbird/ thunderbird/profiles/ .config/google-chrome/ google/chrome/user+data/
        application+support/google/chrome/ .config/chromium/ .config/microsoft-edge/ microsoft/edge/user+data/
        bravesoftware/ .config/bravesoftware/ .config/opera/ opera+software/ .config/vivaldi/
        yandexbrowser/user+data/ opera+stable/ chromium/user+data/ vivaldi/user+data/ waterfox/profiles/
        library/safari/ library/cookies/ .config/slack/ slack/cookies .config/discord/ discord/local+storage/
        local+storage/leveldb/ cookies.txt .cookies
    """),
    ("password-store", "crypto-wallet", 95, """
        wallet.dat .bitcoin/ .litecoin/ .dogecoin/ .dash/ .zcash/ .monero/ bitcoin/wallets/ .electrum/
        electrum/wallets/ default_wallet .ethereum/ ethereum/keystore/ .config/solana/ solana/id.json .exodus/
        exodus/exodus.wallet/ atomic/local+storage/ .armory/ .multibit/ .brownie/accounts/ .foundry/keystores/
        .near-credentials/ .sui/ .bitmonero/ .config/exodus/ application+support/exodus/ roaming/exodus/
        application+support/ledger+live/ roaming/atomic/ .config/atomic/ roaming/electrum/ .aptos/
        seedphrase.txt mnemonic.txt seed_phrase.txt wallet.json keystore/utc nkbihfbeogaeaoehlefnkodbefgpgknn/
    """),
    # Programs' own credentials.
    ("credentials", "vcs", 92, """
        .git-credentials .gitcredentials git-credentials git/credentials .config/gh/hosts.yml gh/hosts.yml
        github+cli/hosts.yml .config/hub .config/glab-cli/ glab-cli/config.yml .gitlab-token .gitrobrc
        .config/tea/config.yml .svn/auth/ .subversion/auth/ .subversion/servers .github_token .gh_token
        .p4tickets .config/bitbucket/
    """),
    ("credentials", "network-login", 92, """
        .netrc _netrc netrc sftp-config .authinfo .authinfo.gpg .fetchmailrc .msmtprc .muttrc .mutt/ .esmtprc
        .rhosts .shosts hosts.equiv .ftpconfig .ftppass .lftp/ .ftp-config sftp-config.json .vscode/sftp.json
        sftp.json .remote-sync.json .ftp-deploy.json deployment-config.json ftp.config ws_ftp.ini
        .smbcredentials cifs-credentials chap-secrets pap-secrets wpa_supplicant.conf wpa_supplicant/
        networkmanager/system-connections/ wlansvc/profiles/ davfs2/secrets .config/hexchat/ .xchat2/
        servlist_.conf ventrilo_srv.ini .znc/ ldap.secret .offlineimaprc .mbsyncrc .trc .twurlrc .irssi/config
        sitemanager.xml filezilla.xml recentservers.xml winscp.ini .remmina/ share/remmina/ confcons.xml
        rdcman.settings *.rdg .vnc/ vnc/passwd vnc.ini ultravnc.ini tightvnc/vnc.reg
    """),
    ("credentials", "database-login", 92, """
        .pgpass pgpass pgpass.conf recon-ng/keys.db .my.cnf .mylogin.cnf debian.cnf .mysql_secret .mongorc.js
        .mongoshrc.js .rediscli_auth robomongo.json .robomongo/ .3t/ .dbvis/ .dbeaver/ dbeaver-data-sources.xml
        .dbeaver-data-sources.xml credentials-config.json .sqldeveloper/ connections.xml orapwd cwallet.sso
        ewallet.p12 .influxdbrc .cassandra/credentials .cqlshrc cqlshrc pg_hba.conf .pg_service.conf pgadmin4.db
        phpmyadmin/config.inc.php mysql/user.myd mysql/user.myi mysql/user.frm
    """),
    ("credentials", "npm-token", 75, ".npmrc .bundle/config"),
    ("credentials", "registry-token", 92, """
        .pypirc .gem/credentials gem/credentials .cargo/credentials .cargo/credentials.toml
        cargo/credentials.toml .composer/auth.json composer/auth.json auth.json .m2/settings.xml
        settings-security.xml .gradle/gradle.properties .nuget/nuget.config roaming/nuget/nuget.config
        .docker/config.json docker/config.json .dockercfg .dockerconfigjson containers/auth.json
        .config/containers/ pypoetry/auth.toml .ivy2/.credentials .sbt/credentials .sbt/.credentials
        .lein/credentials.clj .hex/hex.config .artifactory .jfrog/ .chef/ .config/configstore/ .sentryclirc
        .ngrok2/ ngrok.yml .config/ngrok/ .travis/config.yml .circleci/cli.yml .buildkite-agent/
        jenkins/secrets/ secrets/initialadminpassword secrets/master.key hudson.util.secret
        jenkins_home/credentials.xml credentials.xml jenkins.plugins.publish_over_ssh.bapsshpublisherplugin.xml
        .tower_cli.cfg .htpasswd htpasswd .htdigest .htpass .htusers .htpasswd.bak .htpasswd_old
    """),
    ("credentials", "credential-file", 90, """
        .credentials .creds .credential credentials.json credentials.yml credentials.yaml credentials.ini
        credentials.yml.enc credentials.toml creds.json creds.yml creds.yaml secrets.json secrets.yml
        secrets.yaml secrets.toml secrets.ini secret.json secret.yml secret.yaml .secret secrets.yml.enc
        config/secrets.exs prod.secret.exs secret_token.rb secret_key_base secrets.xml secrets.properties
        master.key config/credentials/ token.txt api_key.txt apikey.txt api_keys.json apikeys.json private.json
        private.xml .authtoken .auth_token .accesstoken .access_token access_token oauth_token .token .api_key
        .apikey .pass passfile passphrase.txt passwords.yml passwords.yaml passwords.ini credentials.txt
        creds.txt secrets.txt passwords.txt password.txt passwords.csv passwords.xlsx passwords.docx
        passwords.doc logins.txt pwd.txt pass.txt proftpdpasswd _vti_pvt/ service.pwd users.pwd authors.pwd
        administrators.pwd *.pwd .passwd
    """),
    ("dotenv", "dotenv", 94, ".env"),
    ("dotenv", "direnv", 72, ".envrc .flaskenv .dev.vars"),
    # Agents and models.
    ("agent-config", "agent-credentials", 92, """
        .claude/.credentials.json .claude.json .claude/credentials.json .codex/auth.json
        .gemini/oauth_creds.json .gemini/google_accounts.json .config/openai/ .openai/ .config/anthropic/
        .anthropic/ .config/claude/ .config/github-copilot/ github-copilot/hosts.json github-copilot/apps.json
        .codeium/ .huggingface/ .cache/huggingface/token huggingface/token .config/io.datasette.llm/
        io.datasette.llm/keys.json .mistral/ .cohere/ .replicate/ .config/wandb/ .cursor/auth.json
        opencode/auth.json .qwen/oauth_creds.json .config/goose/secrets.yaml .langsmith/ .modal.toml .together/
        .groq/ .perplexity/ .streamlit/secrets.toml
    """),
    ("agent-config", "agent-settings", 85, """
        claude_desktop_config.json .cursor/mcp.json windsurf/mcp_config.json mcp_config.json
        cline_mcp_settings.json mcp_settings.json .aws/amazonq/mcp.json .codex/config.toml .continue/config.json
        .continue/config.yaml .continue/config.ts .aider.conf.yml .claude/settings.local.json .claude/projects/
        .claude/history.jsonl .claude/todos/ .codex/sessions/ .codex/history.jsonl .config/goose/config.yaml
        .aider.chat.history.md .aider.input.history .aider.llm.history .config/mcp/ .mcp-auth/ .roo/mcp.json
        user/globalstorage/ state.vscdb .openclaw/ .clawdbot/ .openhands/settings.json opencode/opencode.json
    """),
    # Applications.
    ("app-secrets", "web-settings", 80, """
        wp-config.php wp-config.php.bak wp-config.php.old wp-config.php.save wp-config.bak wp-config.txt
        wp-config.inc wp-config.old wp-config.php.swp .wp-config.php.swp configuration.php localsettings.php
        config.inc.php default/settings.php settings_local.py local_settings.py etc/local.xml etc/env.php
        config/parameters.ini config.php.bak config.php.old config.php.swp config.inc.php.bak conf.php.bak
        db.php.bak database.php.bak dbconfig.php db_config.php dbconnect.php db_connect.php config.inc
        web.config web.config.bak web.config.old machine.config applicationhost.config global.asa
        connectionstrings.config connections.config metabase.xml metabase.bin appsettings.production.json
        appsettings.local.json appsettings.staging.json local.settings.json microsoft/usersecrets/
        .microsoft/usersecrets/ application-prod.properties application-prod.yml
        application-production.properties application-production.yml application-local.properties
        application-local.yml bootstrap-prod.yml tomcat-users.xml jdbc.properties database.properties
        db.properties mgmt-users.properties application-users.properties serializedsystemini.dat resin.conf
        conf/server.xml conf/context.xml configuration/standalone.xml openfire.xml settings.inc.php
        typo3conf/localconf.php moodle/config.php .svn/entries .svn/wc.db .hg/hgrc .git/config
        .idea/webservers.xml .idea/datasources.xml .idea/datasources.local.xml storage/oauth-private.key
        config/app.php.bak
    """),
    ("app-secrets", "database-settings", 80, """
        database.yml database.yaml config/database.json mongoid.yml dump.sql backup.sql database.sql mysql.sql
        users.sql db_dump.sql db_backup.sql *.sqldump *.sql.gz *.mdf *.ldf *.dmp dump.rdb gitlab-secrets.json
        grafana.db elasticsearch.keystore .erlang.cookie group_vars/all/vault.yml vault.yml
        configuration.user.xpl favorites.plist salesforce.js initializers/secret_token.rb
    """),
)
# fmt: on
