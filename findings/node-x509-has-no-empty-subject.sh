#!/usr/bin/env bash
# Node 20.20.2 (node 20.20.2 from npm, types @types/node 20.19.43): the subject of a certificate without one is undefined.
#
# The documentation and the types of X509Certificate give `subject` and `issuer` as texts. Authorities that leave
# the common name out (profiles of ACME servers do, and the names are in a critical subjectAltName then) issue
# certificates whose subject has no parts at all. A good engineer expects "" of them, and calls methods of a text:
# that throws a TypeError in the middle of reading a certificate that every client takes.
#
# Output seen:
#   types: readonly subject: string;
#   with a common name:    "CN=a.example"
#   without one:           undefined
#   its names all the same: "DNS:a.example"
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund node@20.20.2 @types/node@20.19.43 @peculiar/x509@2.2.0 reflect-metadata@0.2.2 >/dev/null

cat >make.mjs <<'J'
import "reflect-metadata";
import { X509Certificate, webcrypto } from "node:crypto";
import * as x509 from "@peculiar/x509";

x509.cryptoProvider.set(webcrypto);
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

async function read(subject) {
  const made = await x509.X509CertificateGenerator.create({
    subject,
    issuer: "CN=authority",
    notBefore: new Date("2026-01-01"),
    notAfter: new Date("2036-01-01"),
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: keys.privateKey,
    extensions: [new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "a.example" }], subject === "")],
  });
  return new X509Certificate(made.toString("pem"));
}

const [named, nameless] = [await read("CN=a.example"), await read("")];
console.log(`with a common name:    ${JSON.stringify(named.subject)}`);
console.log(`without one:           ${JSON.stringify(nameless.subject)}`);
console.log(`its names all the same: ${JSON.stringify(nameless.subjectAltName)}`);
J

declared=$(grep -o 'readonly subject: string;' node_modules/@types/node/crypto.d.ts | head -1)
seen=$(printf 'types: %s\n' "$declared"; node_modules/node/bin/node make.mjs)
printf '%s\n' "$seen"
expected='types: readonly subject: string;
with a common name:    "CN=a.example"
without one:           undefined
its names all the same: "DNS:a.example"'
if [ "$seen" != "$expected" ]; then
  echo "not as recorded" >&2
  exit 1
fi
echo "as recorded"
