import { describe, expect, it } from "vitest";
import { parseKubeconfig } from "./parse-kubeconfig.ts";

function mistakes(text: string): readonly string[] {
  return parseKubeconfig(text).mistakes.map(({ place, words }) => `${place ?? "somewhere"}: ${words}`);
}

const named = (name: string): string => `clusters:\n- name: ${name}\n  cluster: {server: "https://x:1"}\n`;
const withToken = (token: string): string => `users:\n- {name: a, user: {token: ${token}}}\n`;

describe("a kubeconfig's text", () => {
  it.each(["12", "0x10", "017", "0o17", "1_000", "0b11", "1e3", ".5", "-3"])(
    "takes an unquoted %s for a number, as kubectl does, which refuses the file",
    (name) => {
      const [found] = mistakes(named(name));
      expect(found).toMatch(
        /^line 2, column 9: clusters\[0\]\.name is the number .*, where text is expected: put it in quotes$/,
      );
      expect(mistakes(named(`"${name}"`))).toEqual([]);
    },
  );

  it.each(["yes", "no", "y", "N", "on", "off", "true", "False"])("takes an unquoted %s for a truth value", (name) => {
    expect(mistakes(named(name))[0]).toMatch(/clusters\[0\]\.name is the truth value (true|false)/);
  });

  it.each(["2026-01-02", "2026-01-02T03:04:05Z", "1:20", "c-12", "1.2.3", "null-1"])(
    "takes an unquoted %s for text, as kubectl does and YAML 1.1 would not",
    (name) => {
      expect(mistakes(named(name))).toEqual([]);
      expect(parseKubeconfig(named(name)).content["clusters"]).toMatchObject([{ name }]);
    },
  );

  it("shows no value of a credential", () => {
    expect(mistakes(withToken("4711"))).toEqual([
      "line 2, column 27: users[0].user.token is the number, where text is expected: put it in quotes",
    ]);
    expect(mistakes("users:\n- {name: a, user: {exec: {command: x, args: [4711]}}}\n")[0]).not.toContain("4711");
  });

  it("reads merge keys, yes and no, and of a key that is there twice the last one", () => {
    const text = `
x: &base {insecure-skip-tls-verify: yes, server: "https://base:1"}
clusters:
- name: a
  cluster: {<<: *base, server: "https://a:1"}
- {name: x, name: b, cluster: {}}
`;
    const { content, mistakes: found } = parseKubeconfig(text);
    expect(found).toEqual([]);
    expect(content["clusters"]).toEqual([
      { name: "a", cluster: { server: "https://a:1", "insecure-skip-tls-verify": true } },
      { name: "b", cluster: {} },
    ]);
  });

  it("names what is of another type, and passes over what kubectl does not know", () => {
    expect(
      mistakes(
        'clusters:\n- name: a\n  cluster: {insecure-skip-tls-verify: "true", certificate-authority-data: "a b!"}\n',
      ),
    ).toEqual([
      "line 3, column 39: clusters[0].cluster.insecure-skip-tls-verify is text, where true or false is expected, without quotes",
      "line 3, column 75: clusters[0].cluster.certificate-authority-data is no base64",
    ]);
    expect(mistakes("contexts: {a: b}\n")).toEqual([
      "line 1, column 11: contexts is a mapping, where a list is expected",
    ]);
    expect(mistakes("preferences: {colors: 1}\nother: 3\n")).toEqual([]);
  });

  it("has each name once in a list", () => {
    expect(mistakes(`${named("a")}- {name: a, cluster: {}}\n`)).toEqual([
      'line 4, column 10: clusters has two entries "a"',
    ]);
  });

  it("may be empty, and of several documents is the first one", () => {
    for (const text of ["", "---\n", "~\n", `${named("a")}---\n${named("12")}`]) {
      expect(mistakes(text)).toEqual([]);
    }
    expect(mistakes("- a\n")[0]).toContain("is not a kubeconfig");
    expect(mistakes("clusters: [\n")[0]).toMatch(/is not valid YAML at line \d+/);
  });
});
