#!/usr/bin/env bash
# Two roots of one name, as while one takes over from the other: whether a certificate is trusted depends on their
# order in the bundle, for OpenSSL and not for Go.
#
# Versions: Go 1.26 (crypto/x509), Node.js 20 with its OpenSSL 3.0; openssl 3 makes the certificates.
#
# A bundle of trusted roots reads as a set, and a root may be renewed under its old name. Without key identifiers
# (RFC 5280 has every authority carry one; those that are made by hand may not) OpenSSL takes the first
# certificate of the issuer's name for the issuer, and ends there when the signature is another one's. Go tries all of
# them. So a control plane in Go accepts and hands out a bundle with which its clients refuse each other, and the
# bundle the other way round works. With key identifiers both accept both orders.
#
# Output seen (a server below the new root, asked with both roots as trusted):
#   without key identifiers, new root first: go verified, node connected
#   without key identifiers, new root second: go verified, node CERT_SIGNATURE_FAILURE
#   with key identifiers, new root first: go verified, node connected
#   with key identifiers, new root second: go verified, node connected
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"

# A root and, below it, a server: NAME.pem, NAME-server.pem and their keys.
make() {
  local name=$1 ids=$2
  cat >"$name.cnf" <<CNF
[req]
distinguished_name = dn
prompt = no
[dn]
CN = mesh root
[root]
basicConstraints = critical, CA:TRUE
subjectKeyIdentifier = $([ "$ids" = with ] && echo hash || echo none)
authorityKeyIdentifier = none
[server]
subjectAltName = DNS:localhost
extendedKeyUsage = serverAuth
subjectKeyIdentifier = none
authorityKeyIdentifier = $([ "$ids" = with ] && echo keyid || echo none)
CNF
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -config "$name.cnf" -extensions root \
    -keyout "$name.key" -out "$name.pem" 2>/dev/null
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=server -config "$name.cnf" \
    -keyout "$name-server.key" -out "$name-server.csr" 2>/dev/null
  openssl x509 -req -in "$name-server.csr" -CA "$name.pem" -CAkey "$name.key" -CAcreateserial -days 1 \
    -extfile "$name.cnf" -extensions server -out "$name-server.pem" 2>/dev/null
}

cat >main.go <<'GO'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	text, _ := os.ReadFile(os.Args[1] + "-server.pem")
	block, _ := pem.Decode(text)
	server, _ := x509.ParseCertificate(block.Bytes)
	bundle, _ := os.ReadFile("bundle.pem")
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(bundle)
	if _, err := server.Verify(x509.VerifyOptions{Roots: roots, DNSName: "localhost"}); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("verified")
}
GO
cat >dial.mjs <<'JS'
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:tls";

const name = process.argv[2];
const server = createServer({ cert: readFileSync(`${name}-server.pem`), key: readFileSync(`${name}-server.key`) });
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () => {
  const { port } = server.address();
  const client = connect({ host: "127.0.0.1", port, servername: "localhost", ca: readFileSync("bundle.pem") });
  const end = (words) => {
    console.log(words);
    client.destroy();
    server.close();
  };
  client.once("secureConnect", () => end("connected"));
  client.once("error", ({ code }) => end(code));
});
JS
export GOTOOLCHAIN=local GOFLAGS=-mod=mod
go mod init verify >/dev/null 2>&1
go build -o verify .
seen=$(
  for ids in without with; do
    make "old-$ids" "$ids"
    make "new-$ids" "$ids"
    for place in first second; do
      if [ "$place" = first ]; then
        cat "new-$ids.pem" "old-$ids.pem" >bundle.pem
      else
        cat "old-$ids.pem" "new-$ids.pem" >bundle.pem
      fi
      echo "$ids key identifiers, new root $place: go $(./verify "new-$ids"), node $(node dial.mjs "new-$ids")"
    done
  done
)
echo "$seen"
expected="without key identifiers, new root first: go verified, node connected
without key identifiers, new root second: go verified, node CERT_SIGNATURE_FAILURE
with key identifiers, new root first: go verified, node connected
with key identifiers, new root second: go verified, node connected"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
