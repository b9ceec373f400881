#!/usr/bin/env bash
# Pebble, the ACME server for tests, answers an order that replaces a certificate which it does not
# know with 500 serverInternal, not with an error of the client's.
#
# RFC 9773, 5, lets a server refuse an order whose `replaces` it does not accept, and has 409
# alreadyReplaced for one case. A certificate that the server has not issued (or has forgotten: Pebble
# keeps all state in memory) is the client's mistake, for which RFC 8555 has 4xx; and Pebble does
# answer 400 malformed where the identifier names another issuer's key. With its own issuer's key and
# a serial number that it does not have it answers as for a fault of its own. A client that repeats
# answers of 5xx repeats this one in vain; the same order without `replaces` is taken.
#
# Version: Pebble 2.10.3, built with Go 1.26.
#
# Output seen:
#   replaces, the key of another issuer: 400 malformed
#   replaces, an unknown serial number:  500 serverInternal
#   the same once more:                  500 serverInternal
#   the same order without it:           201
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
import { execFileSync, spawn } from "node:child_process";
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
const profiles = { default: { description: "90 days", validityPeriod: 7776000 } };
writeFileSync("config.json", JSON.stringify({
  pebble: {
    listenAddress: `127.0.0.1:${port}`, managementListenAddress: `127.0.0.1:${management}`,
    certificate: "cert.pem", privateKey: "key.pem", httpPort: 5002, tlsPort: 5001, ocspResponderURL: "", profiles,
  },
}));
const child = spawn("./pebble", ["-config", "config.json"], { env: { PEBBLE_WFE_NONCEREJECT: "0" }, stdio: "ignore" });
try {
  const ask = (path, method, body, at = port) =>
    new Promise((resolve, reject) => {
      const headers = { host: `localhost:${at}`, "user-agent": "finding", ...(body ? { "content-type": "application/jose+json" } : {}) };
      const sent = request({ host: "127.0.0.1", port: at, servername: "localhost", ca: readFileSync("cert.pem"), path, method, headers }, (answer) => {
        let text = "";
        answer.on("data", (chunk) => (text += chunk)).on("end", () => resolve({ status: answer.statusCode, headers: answer.headers, text }));
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
  const order = async (more) => {
    const identifiers = [{ type: "dns", value: "a.example.com" }];
    const { status, text } = await post("/order-plz", { identifiers, profile: "default", ...more });
    return [status, (JSON.parse(text).type ?? "").replace(/^.*:/, "")].join(" ").trim();
  };
  // The identifier of an issuer's key, and the serial number 3 (RFC 9773, 4.1).
  writeFileSync("issuer.pem", (await ask("/intermediates/0", "GET", undefined, management)).text);
  const shown = execFileSync("openssl", ["x509", "-in", "issuer.pem", "-noout", "-ext", "subjectKeyIdentifier"]).toString();
  const keyId = Buffer.from(/((?:[0-9A-F]{2}:)+[0-9A-F]{2})/.exec(shown)[1].replaceAll(":", ""), "hex").toString("base64url");
  const known = { replaces: `${keyId}.Aw` };
  const found = [await order({ replaces: "AQI.Aw" }), await order(known), await order(known), await order({})];
  console.log(`replaces, the key of another issuer: ${found[0]}`);
  console.log(`replaces, an unknown serial number:  ${found[1]}`);
  console.log(`the same once more:                  ${found[2]}`);
  console.log(`the same order without it:           ${found[3]}`);
  process.exitCode = found.join() === "400 malformed,500 serverInternal,500 serverInternal,201" ? 0 : 1;
} finally {
  child.kill();
}
END
node orders.mjs
