import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hiddenTexts, hideTexts, maskLine } from "./mask-line.ts";

const pem = "-----BEGIN PRIVATE KEY-----";
const base64 = "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7";

/** Texts with a secret, `planted`, in line 3 unless the name says otherwise. */
const texts: readonly (readonly [what: string, text: string, planted: string])[] = [
  ["data of a Secret", "kind: Secret\ndata:\n  a: planted\n", "planted"],
  ["data of a Secret whose key is a word of Kubernetes", "kind: Secret\nstringData:\n  name: planted\n", "planted"],
  ["data of a Secret whose kind comes later", "apiVersion: v1\ndata:\n  a: planted\nkind: Secret\n", "planted"],
  ["a Secret in JSON", '{"kind":\n"Secret","data":{\n"a":"planted"}}', "planted"],
  ["a Secret in one line", "---\n---\n{kind: Secret, data: {a: planted}}\n", "planted"],
  ["a Secret in a List", "items:\n- { kind: Secret }\n- {a: planted}\n", "planted"],
  ["a text of several lines in a Secret", "kind: Secret\nstringData: { a: >\n  planted words\n", "planted words"],
  ["a broken line of a Secret", "kind: Secret\nstringData:\n  planted\n", "planted"],
  ["a Secret with a tag", "kind: !!str Secret\ndata:\n  a: planted\n", "planted"],
  ["a field of a name that says it", "kind: ConfigMap\ndata:\n  db_password: planted\n", "planted"],
  ["an assignment", "args:\n- x\n- --api-key=planted\n", "planted"],
  ["a variable", "env:\n- name: DB_PASSWORD\n  value: planted\n", "planted"],
  ["a variable whose name comes later", "env:\n- \n  value: planted\n  name: API_TOKEN\n", "planted"],
  ["a variable in one line", "env:\n- {name: A}\n- { name: DB_PASSWORD, value: planted }\n", "planted"],
  ["a variable in one line of JSON", '"env":[\n{"name":"A"},\n{"name":"API_TOKEN","value":"planted"}]', "planted"],
  ["a variable in one line, its name later", "env:\n- {name: A}\n- { value: 'planted', name: API_TOKEN }\n", "planted"],
  ["a block below such a name", "token: |\n  first\n  planted\n", "planted"],
  ["a mapping below such a name", "credentials:\n  basic:\n    user: planted\n", "planted"],
  ["a key's first line", `a:\n- |\n  ${pem}\n`, pem],
  ["a key's later line", `a:\n- |\n  ${base64}\n`, base64],
  ["a JSON web token", "a:\n b:\n  c: eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.x_y\n", "eyJhbGciOiJSUzI1NiJ9.eyJhIjoxfQ.x_y"],
  ["a password in an address", "a:\n b:\n  url: postgres://me:planted@db/x\n", "planted"],
  ["a header", "a:\n b:\n  h: Bearer planted\n", "planted"],
  ["a client's key in a kubeconfig", "users:\n- user:\n    client-key-data: planted\n", "planted"],
  ["a literal of a generator", "secretGenerator:\n- literals:\n  - planted\n", "planted"],
  ["an entry of a generator", "secretGenerator:\n- literals:\n  - password=planted\n", "planted"],
];

describe("a line of a file that a message shows", () => {
  it.each(texts)("has asterisks for %s", (_, text, planted) => {
    const line = text.split("\n")[2] ?? "";
    const masked = maskLine(text, 3);
    expect(line).toContain(planted);
    expect(masked).not.toContain(planted);
    expect(masked).toHaveLength(line.length);
    expect(hideTexts(`oops: "${planted}" is wrong`, hiddenTexts(text))).not.toContain(planted);
  });

  it.each([
    ["kind: ConfigMap\n---\n  replicas: 3\n---\nkind: Secret\n", "  replicas: 3"],
    ["kind: Secret\ndata:\nkind: Secret\n", "kind: Secret"],
    ["a:\n b:\n      secretName: orders-keys\n", "      secretName: orders-keys"],
    ["a:\n b:\n      - { name: keys, secret: { secretName: orders-keys, defaultMode: 0400 } }\n"],
    ["a:\n b:\n  image: registry.example/orders@sha256\n"],
    ["a:\n b:\n  serviceAccountToken: { path: x }\n"],
    ["a:\n b:\n  automountServiceAccountToken: false\n"],
    ["  clusters: [{ name: West, context: w }]\n\n  - { name: kiel, context: kiel }\n"],
  ])("shows what is no secret: %j", (text, shown = text.split("\n")[2]) => {
    expect(maskLine(text, 3)).toBe(shown);
  });

  it("never shows a value of a Secret, whatever is in it", () => {
    const value = fc.stringMatching(/^[a-z]{8,20}$/);
    const shapes = fc.constantFrom(
      (v: string) => `stringData: { a: ${v}`,
      (v: string) => `  a: ${v}`,
      (v: string) => `  a: "${v}`,
      (v: string) => `\t${v}`,
      (v: string) => `  - ${v}: ${v}`,
      (v: string) => `{"a": "${v}", "b": ["${v}"]}`,
    );
    fc.assert(
      fc.property(value, shapes, (secret, shape) => {
        const text = `apiVersion: v1\nkind: Secret\n${shape(secret)}\n`;
        const masked = maskLine(text, 3);
        expect(masked.replace(new RegExp(`^\\s*- ${secret}:`), "")).not.toContain(secret);
        expect(masked).toHaveLength(shape(secret).length);
      }),
    );
  });

  it("costs little, whatever the text is", () => {
    for (const text of ["- ".repeat(50_000), "? ".repeat(50_000), "[".repeat(100_000), "a: ".repeat(50_000)]) {
      expect(maskLine(`kind: A\n${text}`, 2)).toBe("*".repeat(text.length));
      expect(hiddenTexts(text).length).toBeLessThan(100_000);
    }
    const list = `items:\n${"  - { a: b }\n".repeat(20_000)}`;
    expect(maskLine(list, 20_000)).toBe("  - { a: b }");
    expect(hiddenTexts(list)).toEqual([]);
  });
});
