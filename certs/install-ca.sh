#!/bin/sh
# Makes a container trust the public certificate of Aegis's authority, for every client that agents use.
#
# Two things are needed, because not every client asks the system: the certificate goes into the system's store, which
# curl, git, Go and OpenSSL read; and variables point to that store for those that bring their own roots (Python's
# requests and httpx, Node, pip, the AWS tools). They are written to /etc/profile.d/aegis-ca.sh for login shells;
# `--print-env` prints them for Dockerfiles and supervisors.
#
# Runs in dash and busybox ash, on Debian, Ubuntu and Alpine, as root. Running it again changes nothing.
set -eu

usage() {
    cat <<'USAGE'
usage: install-ca.sh [--ca FILE] [--check | --uninstall | --print-env | --help]

Makes this container trust Aegis's certificate authority. Run it as root.

  --ca FILE     the public certificate, PEM (default: mitmproxy-ca-cert.pem beside this script)
  --check       only tell whether all is in place, with reasons where it is not
  --uninstall   take everything out again
  --print-env   print the variables that agents need, as NAME=value
  --help        this text

Variables, for images and tests: AEGIS_ROOT is the directory to work in instead of /; AEGIS_UPDATE_COMMAND is
what to run there instead of update-ca-certificates.

Exit codes: 0 done, or all in place; 1 not in place; 2 wrong usage; 3 FILE is not one public certificate;
4 the system's store could not be changed.
USAGE
}

root=${AEGIS_ROOT:-}
root=${root%/}
store=/etc/ssl/certs/ca-certificates.crt
installed=/usr/local/share/ca-certificates/aegis-ca.crt
profile=/etc/profile.d/aegis-ca.sh
begin='# BEGIN Aegis CA'
end='# END Aegis CA'
ca=$(dirname -- "$0")/mitmproxy-ca-cert.pem

fail() {
    status=$1
    shift
    echo "install-ca.sh: $*" >&2
    exit "$status"
}

# Prints the base64 text of each certificate in a file, one certificate a line, so that line ends do not matter.
certificates_in() {
    tr -d '\r' <"$1" | awk '
        /^-----BEGIN (TRUSTED )?CERTIFICATE-----/ { inside = 1; body = ""; next }
        /^-----END (TRUSTED )?CERTIFICATE-----/ { if (inside) print body; inside = 0; next }
        inside { gsub(/[ \t]/, ""); body = body $0 }'
}

# Refuses whatever is not exactly one certificate: a bundle would make the container trust others too, and a key here
# would let everybody in the container sign for any host.
validate() {
    [ -r "$ca" ] || fail 3 "cannot read $ca; copy .aegis/ca/mitmproxy-ca-cert.pem from the gateway"
    if grep -q 'PRIVATE KEY' "$ca"; then
        fail 3 "$ca holds a private key, which must not leave the gateway; use mitmproxy-ca-cert.pem"
    fi
    count=$(certificates_in "$ca" | grep -c . || true)
    [ "$count" -eq 1 ] || fail 3 "$ca holds $count certificates; expected one, in PEM"
    certificates_in "$ca" | grep -Eq '^MII[A-Za-z0-9+/]{100,}=*$' || fail 3 "$ca holds a damaged certificate"
    if command -v openssl >/dev/null 2>&1; then
        openssl x509 -in "$ca" -noout 2>/dev/null || fail 3 "$ca holds a damaged certificate"
        openssl x509 -in "$ca" -noout -text | grep -q 'CA:TRUE' || fail 3 "$ca is not an authority's certificate"
    fi
}

is_in_store() {
    [ -r "$root$store" ] || return 1
    ours=$(certificates_in "$ca")
    certificates_in "$root$store" | grep -Fxq -- "$ours"
}

variables() {
    for name in SSL_CERT_FILE REQUESTS_CA_BUNDLE CURL_CA_BUNDLE GIT_SSL_CAINFO PIP_CERT AWS_CA_BUNDLE; do
        echo "$name=$store"
    done
    echo "NODE_EXTRA_CA_CERTS=$installed" # Node adds to its own roots, so ours alone is enough
}

profile_text() {
    echo '# Written by install-ca.sh: points clients that bring their own roots to the store that holds the CA of Aegis.'
    variables | sed 's/^/export /'
}

refresh() {
    if [ -n "$root" ] && [ -z "${AEGIS_UPDATE_COMMAND:-}" ]; then
        return 1 # the system's own command would change the wrong root
    fi
    command -v "${AEGIS_UPDATE_COMMAND:-update-ca-certificates}" >/dev/null 2>&1 || return 1
    "${AEGIS_UPDATE_COMMAND:-update-ca-certificates}" >/dev/null 2>&1 ||
        fail 4 "update-ca-certificates failed; run it by hand to see why"
}

# Rewrites the store without our marked block.
without_block() {
    awk -v begin="$begin" -v end="$end" '
        $0 == begin { skip = 1 }
        !skip { print }
        $0 == end { skip = 0 }' "$root$store"
}

# Puts standard input in place of a file at once: a reader sees the old store or the new one, never half of it.
replace() {
    if ! { cat >"$1.aegis-new" && chmod 644 "$1.aegis-new" && mv "$1.aegis-new" "$1"; } 2>/dev/null; then
        fail 4 "cannot write $1; are you root?"
    fi
}

append_block() {
    mkdir -p "$root${store%/*}"
    [ -e "$root$store" ] || : >"$root$store"
    {
        without_block
        echo "$begin"
        tr -d '\r' <"$ca"
        echo "$end"
    } | replace "$root$store"
}

remove_block() {
    [ -e "$root$store" ] && grep -Fxq -- "$begin" "$root$store" || return 0
    without_block | replace "$root$store"
}

install_ca() {
    validate
    mkdir -p "$root${installed%/*}" "$root${profile%/*}" 2>/dev/null || fail 4 "cannot write below ${root:-/}; are you root?"
    tr -d '\r' <"$ca" | replace "$root$installed"
    remove_block # another certificate may have been appended before
    refresh || true
    is_in_store || append_block
    is_in_store || fail 4 "the certificate is not in $root$store after the update"
    profile_text | replace "$root$profile"
    echo "Installed. New login shells have the variables; for others: . $profile"
}

uninstall_ca() {
    remove_block
    if [ -e "$root$installed" ]; then
        # Debian's update command leaves its own link to a certificate that is gone.
        rm -f "$root$installed" "$root${store%/*}/aegis-ca.pem" ||
            fail 4 "cannot remove $root$installed; are you root?"
        refresh || true
    fi
    rm -f "$root$profile" || fail 4 "cannot remove $root$profile; are you root?"
    echo "Uninstalled."
}

check_ca() {
    status=0
    complain() {
        echo "install-ca.sh: $*" >&2
        status=1
    }
    # Without --ca, what was installed is what has to be in the store.
    [ -n "$ca_is_given" ] || [ ! -r "$root$installed" ] || ca=$root$installed
    if [ ! -r "$ca" ]; then
        complain "no certificate of Aegis is installed"
        return "$status"
    fi
    validate
    is_in_store || complain "the certificate is not in $store"
    if [ ! -r "$root$profile" ]; then
        complain "$profile is missing, so clients with their own roots do not find the certificate"
    elif [ "$(profile_text)" != "$(cat "$root$profile")" ]; then
        complain "$profile is not what this version writes"
    fi
    [ "$status" -ne 0 ] || echo "In place: $store holds the certificate, $profile points to it."
    return "$status"
}

command=install_ca
ca_is_given=
while [ $# -gt 0 ]; do
    case $1 in
        --ca)
            [ $# -ge 2 ] || fail 2 "--ca needs a file"
            ca=$2
            ca_is_given=yes
            shift
            ;;
        --ca=*)
            ca=${1#--ca=}
            ca_is_given=yes
            ;;
        --check) command=check_ca ;;
        --uninstall) command=uninstall_ca ;;
        --print-env) command=variables ;;
        -h | --help) command=usage ;;
        *) fail 2 "unknown argument $1; see --help" ;;
    esac
    shift
done
"$command"
