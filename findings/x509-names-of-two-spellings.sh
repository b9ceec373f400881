#!/usr/bin/env bash
# An authority's name that is spelled otherwise in what it signed: OpenSSL verifies the chain, Go and Rust do not.
#
# Versions: Go 1.26 (crypto/x509), Node.js 20 with its OpenSSL 3.0, cryptography 48.0.0 (PyPI, its verifier is written in
# Rust; it also makes the certificates).
#
# RFC 5280, 7.1, has names compared without regard to the case of letters, to blanks, and to which of ASN.1's string types
# they are in. Tools differ in that type (PrintableString or UTF8String for the same text), so that an intermediate that one
# company's tool issued below another one's root has the same issuer to every eye and to `openssl verify`. Go and
# cryptography compare the bytes. A control plane in Go calls such a root an unknown authority, where a client by
# OpenSSL connects, with key identifiers that fit too.
#
# Valid certificates, and errors that are raised.
#
# Output seen (the name of the root, and the issuer of the server's certificate that it signed):
#   "Mesh Root", UTF8String and UTF8String: go verified, node connected, cryptography verified
#   "Mesh Root", PrintableString and UTF8String: go unknown authority, node connected, cryptography refused
#   "Mesh Root" and "MESH ROOT": go unknown authority, node connected, cryptography refused
#   "Mesh Root" and "Mesh  Root": go unknown authority, node connected, cryptography refused
#   "Mesh Root" and "Mesh Wood": go unknown authority, node UNABLE_TO_VERIFY_LEAF_SIGNATURE, cryptography refused
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
export GOCACHE="$work/cache" GOTOOLCHAIN=local
python3 -m venv venv
venv/bin/pip -q install cryptography==48.0.0 2>/dev/null
cat >make.py <<'PY'
# A root and a server's certificate for each case; prints what cryptography says of them.
import datetime
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import verification
from cryptography.x509.name import _ASN1Type

now = datetime.datetime.now(datetime.timezone.utc)

def named(text, kind):
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text, _type=kind)])

def make(subject, issuer, key, signer, authority):
    return (
        x509.CertificateBuilder().subject_name(subject).issuer_name(issuer).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - datetime.timedelta(hours=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=authority, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
        .add_extension(x509.KeyUsage(not authority, False, False, False, False, authority, authority, False, False), critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("a.example")]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([x509.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(signer, hashes.SHA256())
    )

utf8, printable = _ASN1Type.UTF8String, _ASN1Type.PrintableString
for number, (subject, issuer) in enumerate([
    (named("Mesh Root", utf8), named("Mesh Root", utf8)),
    (named("Mesh Root", printable), named("Mesh Root", utf8)),
    (named("Mesh Root", utf8), named("MESH ROOT", utf8)),
    (named("Mesh Root", utf8), named("Mesh  Root", utf8)),
    (named("Mesh Root", utf8), named("Mesh Wood", utf8)),
]):
    top, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root = make(subject, subject, top, top, True)
    leaf = make(named("a.example", utf8), issuer, key, top, False)
    open(f"{number}.root", "wb").write(root.public_bytes(serialization.Encoding.PEM))
    open(f"{number}.pem", "wb").write(leaf.public_bytes(serialization.Encoding.PEM))
    open(f"{number}.key", "wb").write(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    verifier = verification.PolicyBuilder().store(verification.Store([root])).build_server_verifier(x509.DNSName("a.example"))
    try:
        verifier.verify(leaf, [])
        print("verified")
    except verification.VerificationError:
        print("refused")
PY
venv/bin/python make.py >cryptography.txt
cat >connect.mjs <<'JS'
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:tls";
const [name] = process.argv.slice(2);
const server = createServer({ cert: readFileSync(`${name}.pem`), key: readFileSync(`${name}.key`) });
server.listen(0, "127.0.0.1", () => {
  const socket = connect({
    port: server.address().port,
    host: "127.0.0.1",
    servername: "a.example",
    ca: readFileSync(`${name}.root`),
  });
  const end = (word) => {
    process.stdout.write(word);
    process.exit();
  };
  socket.on("secureConnect", () => end("connected"));
  socket.on("error", ({ code }) => end(code));
});
JS
cat >main.go <<'GO'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
)

func read(name string) *x509.Certificate {
	text, err := os.ReadFile(name)
	if err != nil {
		panic(err)
	}
	block, _ := pem.Decode(text)
	one, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		panic(err)
	}
	return one
}

func main() {
	roots := x509.NewCertPool()
	roots.AddCert(read(os.Args[1] + ".root"))
	_, err := read(os.Args[1] + ".pem").Verify(x509.VerifyOptions{Roots: roots, DNSName: "a.example"})
	unknown := x509.UnknownAuthorityError{}
	switch {
	case err == nil:
		fmt.Print("verified")
	case errors.As(err, &unknown):
		fmt.Print("unknown authority")
	default:
		fmt.Print(err)
	}
}
GO
go mod init verify >/dev/null 2>&1
go build -o verify .
number=0
seen=$(while IFS= read -r what; do
  echo "$what: go $(./verify $number), node $(node connect.mjs $number)," \
    "cryptography $(sed -n "$((number + 1))p" cryptography.txt)"
  number=$((number + 1))
done <<'END'
"Mesh Root", UTF8String and UTF8String
"Mesh Root", PrintableString and UTF8String
"Mesh Root" and "MESH ROOT"
"Mesh Root" and "Mesh  Root"
"Mesh Root" and "Mesh Wood"
END
)
expected='"Mesh Root", UTF8String and UTF8String: go verified, node connected, cryptography verified
"Mesh Root", PrintableString and UTF8String: go unknown authority, node connected, cryptography refused
"Mesh Root" and "MESH ROOT": go unknown authority, node connected, cryptography refused
"Mesh Root" and "Mesh  Root": go unknown authority, node connected, cryptography refused
"Mesh Root" and "Mesh Wood": go unknown authority, node UNABLE_TO_VERIFY_LEAF_SIGNATURE, cryptography refused'
echo "$seen"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
