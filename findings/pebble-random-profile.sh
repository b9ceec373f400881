#!/usr/bin/env bash
# Pebble, the ACME server for tests, gives an order that names no profile one of its profiles at random.
#
# draft-aaron-acme-profiles says that a server may issue under a default of its choice when the
# client names no profile; one would expect the same default for the same server. Pebble draws one
# for each order, so that the same client gets certificates of 90 days and of 6 days by turns. The
# order's own field `profile` says which it is. An order that names a profile gets that one.
#
# Version: Pebble 2.10.3, built with Go 1.26.
#
# Output seen (how the 40 fall differs from run to run):
#   40 orders without a profile: 19 default, 21 shortlived
#   10 orders with default: 10 default
#
# Exits with 1 when that changes.
set -euo pipefail

folder=$(mktemp -d)
finish() {
  chmod -R u+w "$folder" 2>/dev/null || true
  rm -rf "$folder"
}
trap finish EXIT
cd "$folder"
go mod init finding >/dev/null 2>&1
go get -tool github.com/letsencrypt/pebble/v2/cmd/pebble@v2.10.3 >/dev/null 2>&1
go build -o pebble github.com/letsencrypt/pebble/v2/cmd/pebble
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout key.pem -out cert.pem \
  -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost >/dev/null 2>&1

cat >orders.mjs <<'END'
import { createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import { spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:https";
import { createServer } from "node:net";
import { setTimeout as pause } from "node:timers/promises";

const freePort = () =>
  new Promise((resolve) => {
    const server = createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
const [port, management] = [await freePort(), await freePort()];
const profiles = { default: { description: "90 days", validityPeriod: 7776000 }, shortlived: { description: "6 days", validityPeriod: 518400 } };
writeFileSync("config.json", JSON.stringify({
  pebble: {
    listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}`,
    certificate: "cert.pem", privateKey: "key.pem", httpPort: 5002, tlsPort: 5001, ocspResponderURL: "", profiles,
  },
}));
const child = spawn("./pebble", ["-config", "config.json"], { env: { PEBBLE_WFE_NONCEREJECT: "0" }, stdio: "ignore" });
try {
  const ask = (path, method, body) =>
    new Promise((resolve, reject) => {
      const headers = { host: `localhost:${port}`, "user-agent": "finding", ...(body ? { "content-type": "application/jose+json" } : {}) };
      const sent = request({ host: "127.0.0.1", port, servername: "localhost", ca: readFileSync("cert.pem"), path, method, headers }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve({ headers: answer.headers, text }));
      });
      sent.once("error", reject);
      sent.end(body);
    });
  for (let tries = 0; ; tries += 1) {
    try {
      await ask("/dir", "GET");
      break;
    } catch (error) {
      if (tries === 50) throw error;
      await pause(100);
    }
  }
  const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { crv, kty, x, y } = createPublicKey(privateKey).export({ format: "jwk" });
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
  let account;
  const post = async (path, payload) => {
    const nonce = (await ask("/nonce-plz", "HEAD")).headers["replay-nonce"];
    const key = account === undefined ? { jwk: { crv, kty, x, y } } : { kid: account };
    const header = encode({ alg: "ES256", nonce, url: `https://localhost:${port}${path}`, ...key });
    const text = `${header}.${encode(payload)}`;
    const signature = sign("sha256", Buffer.from(text), { key: privateKey, dsaEncoding: "ieee-p1363" }).toString("base64url");
    return ask(path, "POST", JSON.stringify({ protected: header, payload: encode(payload), signature }));
  };
  account = (await post("/sign-me-up", { termsOfServiceAgreed: true })).headers.location;
  const count = async (times, more) => {
    const found = {};
    for (let index = 0; index < times; index += 1) {
      const identifiers = [{ type: "dns", value: `n${index}.example.com` }];
      const { profile } = JSON.parse((await post("/order-plz", { identifiers, ...more })).text);
      found[profile] = (found[profile] ?? 0) + 1;
    }
    return found;
  };
  const words = (found) => Object.keys(found).sort().map((name) => `${found[name]} ${name}`).join(", ");
  const without = await count(40, {});
  const named = await count(10, { profile: "default" });
  console.log(`40 orders without a profile: ${words(without)}`);
  console.log(`10 orders with default: ${words(named)}`);
  process.exitCode = Object.keys(without).length === 2 && named.default === 10 ? 0 : 1;
} finally {
  child.kill();
}
END
node orders.mjs
