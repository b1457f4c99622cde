"""Signatures: cloud and cluster command lines that open accounts, hand out power, publish data or delete it.

Everyday calls of the same programs (describe, list, deploy, one secret by its name) are at most MEDIUM: T1098, T1578,
T1530, T1651, T1485.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature

# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    ("cloud-delete", "destructive", 74, (
        r"^(?:aws (?:.* )?(?:s3 rb .*--force|s3 rm (?:.* )?s3://[^/ ]+/? (?:.* )?--recursive"
        r"|s3 rm (?:.* )?--recursive s3://[^/ ]+/?(?: |$)|rds delete-db-(?:instance|cluster) .*--skip-final"
        r"|dynamodb delete-table|iam delete-user|kms (?:schedule-key-deletion|disable-key)|backup delete"
        r"|cloudtrail delete|organizations (?:leave|delete)|efs delete-file-system|eks delete-cluster"
        r"|s3api delete-bucket |ec2 delete-(?:snapshot|volume|vpc) |glacier delete|route53 delete-hosted"
        r"|ecr delete-repository .*--force|secretsmanager delete-secret .*--force-delete)"
        r"|gcloud (?:.* )?projects delete|gcloud .*delete .*(?:-q(?: |$)|--quiet)"
        r"|(?:gsutil|gcloud\sstorage|gcloud storage) (?:-m )?rm (?:.* )?-r\w* (?:.* )?gs://[^/ ]+/?\**(?: |$)"
        r"|gsutil rb (?:.* )?gs://|bq rm (?:.* )?-\w*r\w* (?:.* )?-?f?"
        r"|az (?:group|storage account|sql (?:db|server)|vm|keyvault|aks|cosmosdb|disk|snapshot) (?:delete|purge) .*(?:-y|--yes)"
        r"|kubectl (?:.* )?delete .*(?:--all(?: |$)|namespaces? kube-system)"
        r"|helm uninstall .*--all|terraform destroy .*-auto-approve.*-target=\*|doctl .*delete .*(?:--force|-f)(?: |$)"
        r"|(?:heroku|fly|flyctl) .*(?:pg:reset|apps[: ]destroy) .*(?:--confirm|-y|--yes)|velero .*delete .*--all)"
    ), "deletes cloud resources"),
    ("cloud-account", "persistence", 74, (
        r"^(?:aws (?:.* )?iam (?:create-access-key|create-login-profile|update-login-profile|create-service-specific-credential"
        r"|upload-ssh-public-key|update-assume-role-policy|create-virtual-mfa-device .*|deactivate-mfa-device)(?: |$)"
        r"|gcloud (?:.* )?iam service-accounts keys create|az ad (?:sp|app) credential (?:reset|append)"
        r"|az ad sp create-for-rbac .*(?:Owner|Contributor|Administrator)"
        r"|gcloud (?:.* )?compute (?:instances|project-info) add-metadata .*(?:ssh-keys|startup-script)"
        r"|az vm user update|gh ssh-key add|gh api .*/keys .*|doctl compute ssh-key import"
        r"|aws (?:.* )?(?:ec2-instance-connect send-ssh-public-key|ec2 import-key-pair|lightsail download-default-key-pair))"
    ), "makes another key to a cloud account"),
    ("cloud-privilege", "privilege", 76, (
        r"^(?:aws (?:.* )?iam (?:attach-(?:user|role|group)-policy .*(?:AdministratorAccess|IAMFullAccess|PowerUser)"
        r"|put-(?:user|role|group)-policy|create-policy-version .*--set-as-default|set-default-policy-version"
        r"|add-user-to-group .*(?i:admin)|delete-(?:user|role)-permissions-boundary)"
        r"|gcloud .*add-iam-policy-binding .*(?:roles/(?:owner|editor|\S*[aA]dmin|iam\.serviceAccount(?:TokenCreator|User))|allUsers|allAuthenticatedUsers)"
        r"|az role assignment create .*(?:Owner|Contributor|User\tAccess\tAdministrator)|az rest .*(?:elevateAccess|directoryRoles)"
        r"|kubectl (?:.* )?(?:create|patch|set) (?:cluster)?rolebinding .*(?:cluster-admin|--clusterrole=admin)"
        r"|kubectl (?:.* )?create clusterrole .*--verb='?\*|kubectl .*--as[= ]system:(?:masters|admin)|kubectl .*--as-group[= ]system:masters)"
    ), "hands out power over a cloud account"),
    ("cloud-publish", "exfiltration", 76, (
        r"^(?:aws (?:.* )?(?:s3api put-(?:bucket|object)-acl .*(?:public-read|AllUsers|AuthenticatedUsers)"
        r"|s3api (?:delete-public-access-block|put-public-access-block .*=false)|s3 (?:cp|sync|mv) .*--acl public-read"
        r"|ec2 modify-(?:snapshot|image)-attribute .*(?:[Aa]dd|--user-ids|all)|rds modify-db-\S*snapshot-attribute .*add"
        r"|ec2 authorize-security-group-ingress .*(?:--port (?:22|3389|-1|0-65535|3306|5432|6379|9200|27017)\b.*0\.0\.0\.0/0"
        r"|--protocol (?:-1|all)\b.*0\.0\.0\.0/0)|lambda add-permission .*--principal '?\*|ecr set-repository-policy .*\*)"
        r"|(?:gsutil|gcloud) .*(?:allUsers|allAuthenticatedUsers|public-read)|az storage container set-permission .*(?:blob|container)"
        r"|az snapshot grant-access|kubectl proxy .*--address[= ](?:0\.0\.0\.0|\*|::)|az network nsg rule create .*(?:'\*'|\*|Internet).*(?:22|3389)"
        r"|gcloud (?:.* )?compute firewall-rules create .*(?:--allow[= ](?:all|tcp:22|tcp:3389)).*0\.0\.0\.0/0)"
    ), "opens cloud data or machines to everybody"),
    ("cloud-secrets", "credentials", 74, (
        r"^(?:aws (?:.* )?ssm get-parameters-by-path .*--path '?/ .*--with-decryption|aws (?:.* )?ssm get-parameters-by-path .*--with-decryption.*--path '?/(?: |$)"
        r"|aws (?:.* )?secretsmanager batch-get-secret-value|aws configure (?:export-credentials|get \S*secret_access_key)"
        r"|aws (?:.* )?ec2 get-password-data|aws (?:.* )?ec2 describe-instance-attribute .*userData"
        r"|kubectl (?:.* )?(?:exec|cp) .*(?:serviceaccount/token|/etc/shadow|\.kube/config)|kubectl (?:.* )?config view .*--raw"
        r"|etcdctl .*get .*(?:/registry/secrets|/ --prefix)|vault (?:kv )?(?:list|get) .*-recursive|consul kv get -recurse"
        r"|kubectl get --raw .*/secrets)"
    ), "reads the secrets of a cloud account"),
    ("cloud-secret", "credentials", 60, (
        r"^(?:aws (?:.* )?(?:secretsmanager get-secret-value|ssm get-parameters? .*--with-decryption|sts get-session-token|sts get-federation-token)"
        r"|gcloud (?:.* )?(?:secrets versions access|auth (?:application-default )?print-(?:access|identity)-token)"
        r"|az (?:account get-access-token|keyvault (?:secret|key) (?:show|download|list)|storage account keys list|acr credential show|cosmosdb keys list)"
        r"|kubectl (?:.* )?get secrets? .*-o ?=?(?:json|yaml|go-template|custom)|vault (?:kv )?(?:get|read) |op (?:item get|read) |gh auth token"
        r"|doppler secrets|heroku config|bw get|lpass show)"
    ), "reads a secret"),
    ("cloud-run", "lateral", 66, (
        r"^(?:aws (?:.* )?ssm (?:send-command|start-session)|az vm (?:run-command invoke|extension set)|gcloud (?:.* )?compute ssh .*--command"
        r"|aws (?:.* )?ecs execute-command|aws (?:.* )?lambda invoke .*--payload)"
    ), "runs a command on another machine"),
    ("cloud-manifest", "download-run", 76, (
        r"^(?:kubectl|oc) (?:.* )?(?:apply|create|replace) (?:.* )?-f ?(?:http://[^l1]|https?://\d{1,3}\.\d{1,3}\.\d{1,3}\.\d{1,3})"
    ), "applies a manifest from an unsafe address"),
    ("cloud-share-data", "exfiltration", 74, (
        r"^(?:aws s3 (?:cp|sync|mv)|gsutil (?:-m )?(?:cp|rsync)|rclone (?:copy|sync|move)|azcopy (?:cp|copy|sync)|gcloud storage cp|mc (?:cp|mirror)) (?:.* )?"
        r"(?:/|/etc\S*|/home/?|/root/?|/var/lib\S*|~|/proc\S*|/Users/?) (?:s3|gs|https|\w+):\S+"
    ), "copies a system folder to a cloud store"),
)
# fmt: on
