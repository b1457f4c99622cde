"""Signatures: cloud and cluster command lines that open accounts, hand out power, publish data or delete it.

Everyday calls of the same programs (describe, list, deploy, one secret by its name) are at most MEDIUM: T1098, T1578,
T1530, T1651, T1485.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from policy.detectors.shell.signatures.row import Signature


def _each(kind: str, rule: str, severity: int, reason: str, *expressions: str) -> tuple[Signature, ...]:
    """One row an expression: many `.*` in one expression are slow to compile."""
    return tuple((kind, rule, severity, expression, reason) for expression in expressions)


# fmt: off
ROWS: Final[tuple[Signature, ...]] = (
    *_each("cloud-delete", "destructive", 74, "deletes cloud resources",
        r"^aws .*s3 rb .*--force", r"^aws .*s3 rm .*s3://[^/ ]+/? (?:.* )?--recursive",
        r"^aws .*s3 rm .*--recursive s3://[^/ ]+/?(?: |$)", r"^aws .*rds delete-db-(?:instance|cluster) .*--skip-final",
        r"^aws .*(?:dynamodb delete-table|iam delete-user|kms schedule-key-deletion|kms disable-key|backup delete-|cloudtrail delete)",
        r"^aws .*(?:organizations (?:leave|delete)|efs delete-file|eks delete-cluster|s3api delete-bucket |glacier delete|route53 delete-hosted)",
        r"^aws .*ec2 delete-(?:snapshot|volume|vpc) ", r"^aws .*ecr delete-repository .*--force",
        r"^aws .*secretsmanager delete-secret .*--force-delete",
        r"^gcloud .*projects delete", r"^gcloud .*delete .*(?:-q(?: |$)|--quiet)",
        r"^(?:gsutil|gcloud storage) (?:-m )?rm .*-r.* gs://[^/ ]+/?\**(?: |$)", r"^gsutil rb .*gs://", r"^bq rm .*-\w*r",
        r"^az (?:group|storage account|sql (?:db|server)|vm|keyvault|aks|cosmosdb|disk|snapshot) (?:delete|purge) .*(?:-y|--yes)",
        r"^kubectl .*delete .*--all(?: |$)", r"^kubectl .*delete .*namespaces? kube-system", r"^helm uninstall .*--all",
        r"^terraform destroy .*-auto-approve.*-target=\*", r"^doctl .*delete .*(?:--force|-f)(?: |$)",
        r"^(?:heroku|fly|flyctl) .*(?:pg:reset|apps[: ]destroy) .*(?:--confirm|-y|--yes)", r"^velero .*delete .*--all",
    ),
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
    *_each("cloud-publish", "exfiltration", 76, "opens cloud data or machines to everybody",
        r"^aws .*s3api put-(?:bucket|object)-acl .*(?:public-read|AllUsers|AuthenticatedUsers)",
        r"^aws .*s3api delete-public-access-block", r"^aws .*s3api put-public-access-block .*=false",
        r"^aws .*s3 (?:cp|sync|mv) .*--acl public-read", r"^aws .*ec2 modify-(?:snapshot|image)-attribute .*(?:Add|add|--user-ids|all)",
        r"^aws .*rds modify-db-\S*snapshot-attribute .*add",
        r"^aws .*authorize-security-group-ingress .*--port (?:22|3389|-1|0-65535|3306|5432|6379|9200|27017) .*0\.0\.0\.0/0",
        r"^aws .*authorize-security-group-ingress .*--protocol (?:-1|all) .*0\.0\.0\.0/0",
        r"^aws .*lambda add-permission .*--principal '?\*", r"^aws .*ecr set-repository-policy .*\*",
        r"^(?:gsutil|gcloud) .*(?:allUsers|allAuthenticatedUsers|public-read)",
        r"^az storage container set-permission .*(?:blob|container)", r"^az snapshot grant-access",
        r"^kubectl proxy .*--address[= ](?:0\.0\.0\.0|\*|::)", r"^az network nsg rule create .*(?:\*|Internet).*(?:22|3389)",
        r"^gcloud .*firewall-rules create .*--allow[= ](?:all|tcp:22|tcp:3389).*0\.0\.0\.0/0",
    ),
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
