import { Buffer } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Secret } from "../secret.ts";
import { Redactor } from "./redactor.ts";

const encode = (text: string): string => Buffer.from(text, "utf8").toString("base64");

function redactorOf(...values: readonly string[]): Redactor {
  const redactor = new Redactor(["west"]);
  for (const value of values) {
    redactor.remember(new Secret(value));
  }
  return redactor;
}

describe("a Redactor", () => {
  it("takes a known value out wherever it stands: plain, escaped, as base64, inside the base64 of more", () => {
    const word = fc.string({ unit: "grapheme-ascii", minLength: 8, maxLength: 40 }).filter((one) => one.trim() === one);
    const around = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
    fc.assert(
      fc.property(word, around, around, (secret, before, after) => {
        const redactor = redactorOf(encode(secret));
        const forms = [secret, JSON.stringify(secret).slice(1, -1), encode(secret)];
        const cleaned = forms.map((form) => redactor.own({ text: `${before} ${form} ${after}` }));
        expect(cleaned.filter((one, index) => JSON.stringify(one).includes(forms[index] ?? ""))).toEqual([]);
        const inside = redactor.text(`x ${encode(before + secret + after)} y`);
        expect(Buffer.from(/x (\S+) y/.exec(inside)?.[1] ?? "", "base64").toString("utf8")).not.toContain(secret);
      }),
    );
  });

  it.each([
    ["a private key", "-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----", "MIGH"],
    ["a private key that is cut", "-----BEGIN RSA PRIVATE KEY-----\nMIGH", "MIGH"],
    [
      "a private key in base64",
      encode("-----BEGIN PRIVATE KEY-----\nMIGH\n-----END PRIVATE KEY-----"),
      "LS0tLS1CRUdJTi",
    ],
    ["a JSON web token", "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhIn0.c2lnbmF0dXJl", "c2lnbmF0dXJl"],
    ["a bearer header", "authorization: Bearer abcdefgh.1234", "abcdefgh"],
    ["a basic header", "Authorization: Basic dXNlcjpwYXNz", "dXNlcjpwYXNz"],
    ["a token of Rancher", `token-abcde:${"a1".repeat(27)}`, "a1a1"],
    ["a password in an address", "https://me:hunter22@proxy.example:3128/", "hunter22"],
    ["a password by its name", "db.password = 'hunter 22'", "hunter"],
    ["a variable by its name", "- name: DB_PASSWORD\n  value: hunter22", "hunter22"],
    ["a variable in JSON", '{"name":"API_KEY","value":"hunter22"}', "hunter22"],
    ["a field in escaped JSON", String.raw`{\"token\":\"hunter22\",\"a\":1}`, "hunter22"],
  ])("knows %s by its form", (_, text, secret) => {
    const cleaned = new Redactor().text(text);
    expect(cleaned).not.toContain(secret);
    expect(cleaned).toContain("<redacted");
  });

  it.each([
    "trust: { root: generated }, access: { credentials: serviceAccount }",
    "token: { env: RANCHER_TOKEN }",
    "tls: { secretName: front-door }",
    "2026-01-01T10:00:00Z info ads Push debounce stable[12] 3 for config ServiceEntry/west/helloworld",
    "outbound_.15443_._.helloworld.sample.svc.cluster.local::172.30.1.200:15443::cx_active::1",
    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
    `certificate-authority-data: ${encode("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----")}`,
    "data: { tls.key: '<redacted:sha256:0011aabb>' }",
  ])("leaves alone what is none: %s", (text) => {
    expect(redactorOf(encode("a-known-secret"), "west").text(text)).toBe(text);
  });

  it("knows a kubeconfig's credentials by themselves, and neither its certificate nor its names", () => {
    const key = `-----BEGIN EC PRIVATE KEY-----\n${"A".repeat(64)}\n-----END EC PRIVATE KEY-----\n`;
    const kubeconfig = JSON.stringify({
      clusters: [{ name: "east", cluster: { "certificate-authority-data": "Q0VSVElGSUNBVEU=" } }],
      users: [{ name: "reader", user: { token: "opaque-token", "client-key-data": encode(key) } }],
    });
    const redactor = redactorOf(encode(kubeconfig));
    expect(redactor.text("east reader Q0VSVElGSUNBVEU= cut")).toBe("east reader Q0VSVElGSUNBVEU= cut");
    expect(redactor.text(`with opaque-token and ${"A".repeat(64)}`)).toBe("with <redacted> and <redacted>");
  });

  it("conceals by name in documents of others, and not in our own", () => {
    const redactor = new Redactor();
    const document = { token: "opaque-words", env: [{ name: "A_SECRET", value: "words" }], list: [{ name: "a" }] };
    expect(redactor.foreign(document)).toEqual({
      token: "<redacted>",
      env: [{ name: "A_SECRET", value: "<redacted>" }],
      list: [{ name: "a" }],
    });
    expect(redactor.own(document)).toEqual(document);
  });

  it("learns what stands under a secret's name, and then knows it everywhere", () => {
    const redactor = new Redactor();
    redactor.learn({ pilot: { env: { DB_PASSWORD: "correct horse" } }, undefined });
    expect(redactor.text("signed in with correct horse")).toBe("signed in with <redacted>");
  });

  it("shows a Secret's data as fingerprints", () => {
    const shown = JSON.stringify(redactorOf().foreign({ kind: "Secret", data: { key: new Secret("value") } }));
    expect(shown).toMatch(/"key":"<redacted:sha256:[0-9a-f]{8}>"/);
  });
});
