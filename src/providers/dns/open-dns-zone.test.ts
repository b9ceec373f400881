import { expect, it } from "vitest";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { Secret } from "../../core/secret.ts";
import { openDnsZone } from "./open-dns-zone.ts";

const secret = "c2VjcmV0IG9mIHRoZSB0ZXN0";

/** Where the zone is written, or what is wrong with the key. */
function opened(text: string, key: { name?: string; algorithm?: string } = {}): string {
  const tsig = { name: "isthmus", algorithm: "hmac-sha256", ...key, secret: new Secret(text) };
  try {
    const { name, where } = openDnsZone({
      kind: "rfc2136",
      zone: "Example.Test.",
      server: "2001:db8::53",
      port: 53,
      tsig,
    });
    return `${name} ${where}`;
  } catch (error) {
    return error instanceof UserError ? error.diagnostics.map((one) => `${one.code} ${one.detail}`).join("\n") : "?";
  }
}

const ready = "example.test [2001:db8::53]:53 with key isthmus";

it.each<readonly [what: string, text: string]>([
  ["base64 alone", `${secret}\n`],
  ["what tsig-keygen prints", `key "isthmus" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`],
  ["what rndc-confgen and others write on a line", `key isthmus. { algorithm HMAC-SHA256; secret ${secret}; };`],
  [
    "what keymgr -t prints",
    `# hmac-sha256:isthmus:${secret}\nkey:\n  - id: isthmus\n    algorithm: hmac-sha256\n    secret: ${secret}\n`,
  ],
])("takes a secret as %s", (_what, text) => {
  expect(opened(text)).toBe(ready);
});

it("takes names of keys and algorithms as others write them", () => {
  expect(opened(secret, { name: "Isthmus.", algorithm: "HMAC-SHA512." })).toBe(ready);
});

it.each<readonly [what: string, text: string, key: { name?: string; algorithm?: string }, line: RegExp]>([
  [
    "another key's file",
    `key "other" { algorithm hmac-sha256; secret "${secret}"; };`,
    {},
    /^ISM632 .* in the file of a key other /,
  ],
  ["another algorithm's file", `key "isthmus" { algorithm hmac-md5; secret "${secret}"; };`, {}, /\(hmac-md5\)/],
  [
    "an algorithm that is too old",
    secret,
    { algorithm: "hmac-md5" },
    /^ISM632 .* hmac-md5, which isthmus does not sign with/,
  ],
  ["a password", "not base64!", {}, /^ISM632 .* neither base64 nor a key file/],
  ["half of it", "abcde", {}, /^ISM632 /],
])("refuses %s, and does not show it", (_what, text, key, line) => {
  expect(opened(text, key)).toMatch(line);
  expect(opened(text, key)).not.toContain(text);
  expect(opened(text, key)).not.toContain(secret);
});
