import { X509Certificate } from "node:crypto";
import { writeFileSync } from "node:fs";
import path from "node:path";
import { connect } from "node:tls";
import { expect, it, vi } from "vitest";
import { freshFolder, isthmus } from "../e2e/world.ts";
import { acmeRoot, addressesOf, curl, dnsIssuer, frontDoorWorld, writeDoorMesh } from "./front-door-world.ts";

const host = "hello.example.test";

const route = {
  name: "hello-ssl",
  gateway: "hello-ssl-gateway",
  hosts: [host],
  match: { exact: "/hello" },
  tls: { secretName: "hello-tls", certificate: "hello", issuer: "pebble" },
  dns: { via: "externalDns" },
  weights: { v1: 10, v2: 90 },
};

/** The certificate that an address shows for the host. */
async function certificateAt(address: string): Promise<X509Certificate> {
  return new Promise((resolve, reject) => {
    // Who issued it is judged by the test, not by the connection.
    const socket = connect({ host: address, port: 443, servername: host, rejectUnauthorized: false }, () => {
      resolve(new X509Certificate(socket.getPeerCertificate().raw));
      socket.destroy();
    });
    socket.on("error", reject);
  });
}

it("serves a name over TLS from both clusters: the runbook's way, each cluster with a certificate of its own", async () => {
  const world = await frontDoorWorld();
  expect(world.frontDoor.state).toBe("running");
  const into = freshFolder();
  const file = writeDoorMesh(world, into, { issuers: [dnsIssuer(world, "pebble")], routes: [route] });
  const applied = await isthmus(["apply", "-f", file, "--yes"]);
  expect(applied.err).not.toContain("error[");
  expect(applied.code).toBe(0);

  // external-dns has published what isthmus wrote at the Gateway: both ingress gateways, by one owner.
  const addresses = await vi.waitFor(
    async () => {
      const found = await addressesOf(world, host);
      expect(found).toHaveLength(2);
      return found;
    },
    { timeout: 180_000, interval: 500 },
  );

  const authority = path.join(into, "root.pem");
  writeFileSync(authority, await acmeRoot(world));
  const shown = await Promise.all(addresses.map(certificateAt));
  expect(shown.map((one) => one.checkHost(host))).toEqual([host, host]);
  expect(new Set(shown.map(({ serialNumber }) => serialNumber)).size).toBe(2);

  // By name, with a chain that is verified, and the weights of the mesh file at whichever cluster answers.
  const asked = await curl("--cacert", authority, "--no-sessionid", `https://${host}/hello?[1-400]`);
  expect(asked.err).toBe("");
  const v1 = asked.out.match(/version: v1/g)?.length ?? 0;
  const v2 = asked.out.match(/version: v2/g)?.length ?? 0;
  expect(v1 + v2).toBe(400);
  // 10 % of 400: 99.99 % of fair runs are within.
  expect(v1).toBeGreaterThan(17);
  expect(v1).toBeLessThan(66);

  for (const address of addresses) {
    const one = await curl("--cacert", authority, "--resolve", `${host}:443:${address}`, `https://${host}/hello`);
    expect(one.out).toContain("Hello version:");
  }
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
  const checked = await isthmus(["check", "-f", file]);
  expect(checked.code).toBe(0);
});
