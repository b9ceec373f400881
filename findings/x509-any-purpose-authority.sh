#!/usr/bin/env bash
# An intermediate authority whose extendedKeyUsage is anyExtendedKeyUsage: Go verifies a server
# below it, OpenSSL (and so Node.js) does not.
#
# RFC 5280, 4.2.1.12, has anyExtendedKeyUsage for an authority that "does not wish to restrict usages
# of the key". Go's crypto/x509 reads it so. OpenSSL's purpose checks for TLS ask every authority of
# the chain that has the extension for serverAuth (or clientAuth) itself. The same chain without the
# extension is accepted by both.
#
# Versions: @peculiar/x509 2.2.0 and reflect-metadata 0.2.2 (they only make the certificates),
# Go 1.26 and Node.js 20 with OpenSSL 3.0.
#
# Output seen:
#   without the extension: go verified, node connected
#   anyExtendedKeyUsage:   go verified, node INVALID_PURPOSE
#   serverAuth:            go verified, node connected
#
# Exits with 1 when that changes.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund @peculiar/x509@2.2.0 reflect-metadata@0.2.2 >/dev/null 2>&1

cat >make.mjs <<'END'
import "reflect-metadata";
import * as x509 from "@peculiar/x509";
import { webcrypto } from "node:crypto";
import { writeFileSync } from "node:fs";

x509.cryptoProvider.set(webcrypto);
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const label = "PRIVATE KEY";
const pem = (one) => `${one.toString("pem").trim()}\n`;
const [notBefore, notAfter] = [new Date(Date.now() - 3600e3), new Date(Date.now() + 864e5)];

async function make(name, issuer, extensions) {
  const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const certificate = await x509.X509CertificateGenerator.create({
    subject: `CN=${name}`,
    issuer: `CN=${issuer?.name ?? name}`,
    notBefore,
    notAfter,
    signingAlgorithm: algorithm,
    publicKey: keys.publicKey,
    signingKey: (issuer?.keys ?? keys).privateKey,
    extensions,
  });
  return { name, keys, certificate };
}

const authority = new x509.BasicConstraintsExtension(true, undefined, true);
const root = await make("root", undefined, [authority]);
writeFileSync("root.pem", pem(root.certificate));
for (const [file, purposes] of Object.entries({ none: [], any: ["2.5.29.37.0"], server: ["1.3.6.1.5.5.7.3.1"] })) {
  const usage = purposes.length === 0 ? [] : [new x509.ExtendedKeyUsageExtension(purposes)];
  const between = await make("between", root, [authority, ...usage]);
  const leaf = await make("leaf", between, [
    new x509.ExtendedKeyUsageExtension(["1.3.6.1.5.5.7.3.1"]),
    new x509.SubjectAlternativeNameExtension([{ type: "dns", value: "localhost" }]),
  ]);
  const key = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", leaf.keys.privateKey)).toString("base64");
  writeFileSync(`${file}.pem`, pem(leaf.certificate) + pem(between.certificate));
  writeFileSync(`${file}.key`, `-----BEGIN ${label}-----\n${key}\n-----END ${label}-----\n`);
}
END
node make.mjs

cat >go.mod <<'END'
module reader

go 1.21
END
cat >main.go <<'END'
package main

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
)

func main() {
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	root, _ := os.ReadFile("root.pem")
	roots.AppendCertsFromPEM(root)
	chain, _ := os.ReadFile(os.Args[1])
	block, rest := pem.Decode(chain)
	between.AppendCertsFromPEM(rest)
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err == nil {
		_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, Intermediates: between, DNSName: "localhost"})
	}
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("verified")
}
END
GOTOOLCHAIN=local GOFLAGS=-mod=mod go build -o reader .

cat >dial.mjs <<'END'
import { readFileSync } from "node:fs";
import { connect, createServer } from "node:tls";

const [name] = process.argv.slice(2);
const server = createServer({ cert: readFileSync(`${name}.pem`), key: readFileSync(`${name}.key`) });
server.on("tlsClientError", () => {});
server.listen(0, "127.0.0.1", () => {
  const client = connect({
    host: "127.0.0.1",
    port: server.address().port,
    servername: "localhost",
    ca: readFileSync("root.pem"),
  });
  const end = (words) => {
    console.log(words);
    client.destroy();
    server.close();
  };
  client.once("secureConnect", () => end("connected"));
  client.once("error", (error) => end(error.code));
});
END

seen=$(
  for row in "none|without the extension:" "any|anyExtendedKeyUsage:  " "server|serverAuth:           "; do
    file=${row%%|*}
    echo "${row#*|} go $(./reader "$file.pem"), node $(node dial.mjs "$file")"
  done
)
echo "$seen"
expected="without the extension: go verified, node connected
anyExtendedKeyUsage:   go verified, node INVALID_PURPOSE
serverAuth:            go verified, node connected"
if [ "$seen" != "$expected" ]; then
  echo "changed: expected" >&2
  echo "$expected" >&2
  exit 1
fi
echo "as recorded"
