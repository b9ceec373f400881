import "reflect-metadata";
import { ExtendedKeyUsage } from "@peculiar/x509";
import { expect, it } from "vitest";
import { Secret } from "../core/secret.ts";
import { inspectFrontDoor } from "./front-door-certificate.ts";
import { exportPrivateKey } from "./keys.ts";
import { lookedAt, makeCertificate } from "./testing/make-certificate.ts";

const root = await makeCertificate({ name: "root" });
const intermediate = await makeCertificate({ name: "intermediate", issuer: root });
const leaf = await makeCertificate({
  name: "leaf",
  issuer: intermediate,
  ca: false,
  hosts: ["B.example.test", "*.a.example.test"],
  notAfter: new Date(lookedAt.getTime() + 24 * 3600 * 1000),
});
const key = await exportPrivateKey(leaf.keys.privateKey);

it("reads what a Secret of a front door holds", () => {
  expect(inspectFrontDoor(leaf.pem + intermediate.pem, key)).toMatchObject({
    names: ["*.a.example.test", "b.example.test"],
    notAfter: lookedAt.getTime() + 24 * 3600 * 1000,
    issuer: "CN=intermediate",
    keyType: "ecdsa-p256",
    flaw: undefined,
  });
});

it("is nothing where the text begins with no certificate", () => {
  expect(inspectFrontDoor("", key)).toBeUndefined();
  expect(inspectFrontDoor("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", key)).toBeUndefined();
});

it("names why no client could use it", async () => {
  const other = await exportPrivateKey(root.keys.privateKey);
  const client = await makeCertificate({
    name: "client",
    issuer: root,
    ca: false,
    purposes: [ExtendedKeyUsage.clientAuth],
  });
  const flaw = (chain: string, with_ = key): string | undefined => inspectFrontDoor(chain, with_)?.flaw;
  expect(flaw(leaf.pem, other)).toBe("has a key of another certificate");
  expect(flaw(leaf.pem, new Secret("no key"))).toBe("has a key that cannot be read");
  expect(flaw(leaf.pem + root.pem)).toBe("has a chain whose certificate 1 is not signed by the next one");
  expect(flaw(root.pem, other)).toBe("is the certificate of an authority");
  expect(flaw(client.pem, await exportPrivateKey(client.keys.privateKey))).toBe(
    "is not for servers (extendedKeyUsage)",
  );
});
