#!/usr/bin/env bash
# undici 7.30.2: the Host header of a request decides the server name of the TLS handshake, over the one given to the agent.
#
# `connect.servername` of an Agent is documented as the server name for SNI, so a good engineer who asks an IP address
# gives it there, and expects each connection of that agent to carry it. It is carried by requests without a Host
# header only: where one is given, the name is taken from it for the handshake too, without a word. Behind a gateway
# that finds its certificate by that name, a request for another host is refused in the handshake, and a gateway that
# lives looks dead. A function as `connect`, around buildConnector, decides for good.
#
# Output seen (the name that the server saw in the handshake, and the Host of the request):
#   servername only:                 shop.example, Host 127.0.0.1
#   servername and a Host header:    other.example, Host other.example
#   a connector told the servername: shop.example, Host other.example
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y >/dev/null
npm install --silent --no-audit --no-fund undici@7.30.2 @peculiar/x509@2.2.0 reflect-metadata@0.2.2 >/dev/null

cat >ask.mjs <<'J'
import "reflect-metadata";
import { webcrypto, KeyObject } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:https";
import * as x509 from "@peculiar/x509";
import { Agent, buildConnector, request } from "undici";

x509.cryptoProvider.set(webcrypto);
const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };
const keys = await webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
const certificate = await x509.X509CertificateGenerator.createSelfSigned({
  name: "CN=shop.example",
  notBefore: new Date("2026-01-01"),
  notAfter: new Date("2036-01-01"),
  signingAlgorithm: algorithm,
  keys,
});
const key = KeyObject.from(keys.privateKey).export({ format: "pem", type: "pkcs8" });
const server = createServer({ cert: certificate.toString("pem"), key }, (asked, answer) => {
  answer.end(`${asked.socket.servername}, Host ${asked.headers.host.replace(/:\d+$/, "")}`);
}).listen(0, "127.0.0.1");
await once(server, "listening");
const url = `https://127.0.0.1:${server.address().port}/`;
const servername = "shop.example";

async function ask(words, connect, headers) {
  const agent = new Agent({ connect });
  const answer = await request(url, { dispatcher: agent, headers });
  console.log(`${words.padEnd(33)}${await answer.body.text()}`);
  await agent.close();
}

const host = "other.example";
const connector = buildConnector({ rejectUnauthorized: false });
await ask("servername only:", { servername, rejectUnauthorized: false }, {});
await ask("servername and a Host header:", { servername, rejectUnauthorized: false }, { host });
await ask("a connector told the servername:", (options, done) => connector({ ...options, servername }, done), { host });
server.close();
J

seen=$(node ask.mjs)
printf '%s\n' "$seen"
expected='servername only:                 shop.example, Host 127.0.0.1
servername and a Host header:    other.example, Host other.example
a connector told the servername: shop.example, Host other.example'
if [ "$seen" != "$expected" ]; then
  echo "not as recorded" >&2
  exit 1
fi
echo "as recorded"
