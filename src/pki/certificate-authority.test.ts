import { X509Certificate } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Secret } from "../core/secret.ts";
import { issueIntermediate, issueRoot } from "./certificate-authority.ts";
import { inspectAuthority } from "./inspect.ts";

const now = new Date("2026-11-23T12:00:00Z");
const day = 24 * 3600;

describe("an intermediate", () => {
  it.each(["ecdsa-p256", "rsa-2048"] as const)(
    "with a key of type %s holds together and says which cluster it is of",
    async (keyType) => {
      const root = await issueRoot("m", now);
      const authority = await issueIntermediate(root, { cluster: "west", keyType, validitySeconds: 730 * day }, now);
      const facts = inspectAuthority(authority, now);
      expect(facts.flaw).toBeUndefined();
      expect(facts.intermediate.locality).toBe("west");
      expect(facts.intermediate.notAfter.toISOString()).toBe("2028-11-22T12:00:00.000Z");
    },
  );

  it("is what istiod asks for: a CA without further CAs, for istiod's own name, with the chain in order", async () => {
    const root = await issueRoot("m", now);
    const authority = await issueIntermediate(
      root,
      { cluster: "west", keyType: "ecdsa-p256", validitySeconds: day },
      now,
    );
    const certificate = new X509Certificate(authority.caCert);
    expect(certificate.ca).toBe(true);
    expect(certificate.subjectAltName).toBe("DNS:istiod.istio-system.svc");
    expect(authority.certChain).toBe(authority.caCert + authority.rootCert);
    expect(authority.caKey.expose()).toMatch(/^-----BEGIN EC PRIVATE KEY-----/);
  });

  it("never outlives its root", async () => {
    const root = await issueRoot("m", now);
    const authority = await issueIntermediate(
      root,
      { cluster: "west", keyType: "ecdsa-p256", validitySeconds: 100 * 365 * day },
      now,
    );
    const { intermediate, above } = inspectAuthority(authority, now);
    expect(intermediate.notAfter).toEqual(above[0]?.notAfter);
  });

  it("is not signed with a key that does not belong to the root", async () => {
    const root = await issueRoot("m", now);
    const other = await issueRoot("m", now);
    await expect(
      issueIntermediate(
        { ...root, key: other.key },
        { cluster: "west", keyType: "ecdsa-p256", validitySeconds: day },
        now,
      ),
    ).rejects.toThrow("does not belong");
  });
});

describe("a private key", () => {
  it("shows in no output", async () => {
    const { key } = await issueRoot("m", now);
    expect(key).toBeInstanceOf(Secret);
    expect(`${key} ${JSON.stringify({ key })}`).not.toContain("PRIVATE");
  });
});
