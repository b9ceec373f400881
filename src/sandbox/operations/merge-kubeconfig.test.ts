import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { KubeconfigEntries } from "./kubeconfig.ts";
import { mergeKubeconfig, unmergeKubeconfig } from "./merge-kubeconfig.ts";

function entriesOf(instance: string, ...names: readonly string[]): KubeconfigEntries {
  const extensions = [{ name: "isthmus.dev/sandbox", extension: { instance } }];
  return {
    clusters: names.map((name) => ({ name, cluster: { server: `https://${name}`, extensions } })),
    users: names.map((name) => ({ name, user: { token: "t", extensions } })),
    contexts: names.map((name) => ({ name, context: { cluster: name, user: name, extensions } })),
  };
}

const own = `# written by hand
apiVersion: v1
kind: Config
clusters:
- name: prod
  cluster: {server: https://prod:6443} # keep this
contexts:
- context:
    cluster: prod
    user: me
  name: prod
current-context: prod
preferences: {}
users:
- name: me
  user:
    token: abc
`;
const byKubectl = `apiVersion: v1
clusters: []
contexts: []
current-context: ""
kind: Config
users: null
`;
const indented = `apiVersion: v1
kind: Config
clusters:
  - name: prod
    cluster: { server: "https://prod:6443" }
users:
  - name: me
    user: { token: abc }
contexts:
  - name: prod
    context: { cluster: prod, user: me }
`;

function merged(text: string, instance: string, ...names: readonly string[]): string {
  const result = mergeKubeconfig(text, instance, entriesOf(instance, ...names));
  if (result.kind !== "merged") {
    throw new Error(`unexpected conflict: ${result.names.join(", ")}`);
  }
  return result.text;
}

interface Kubeconfig {
  readonly contexts: readonly { readonly name: string }[];
  readonly "current-context"?: string;
}

function read(text: string): Kubeconfig {
  return parse(text) as Kubeconfig;
}

describe("mergeKubeconfig", () => {
  it("adds the sandbox's contexts and leaves the current one", () => {
    const result = read(merged(own, "default", "isthmus-west", "isthmus-east"));
    expect(result.contexts.map((one) => one.name)).toEqual(["prod", "isthmus-west", "isthmus-east"]);
    expect(result["current-context"]).toBe("prod");
  });

  it("makes a whole kubeconfig out of nothing, without a current context", () => {
    const result = parse(merged("", "default", "isthmus-west")) as Readonly<Record<string, unknown>>;
    expect(result).toMatchObject({ apiVersion: "v1", kind: "Config", contexts: [{ name: "isthmus-west" }] });
    expect(result["current-context"]).toBeUndefined();
  });

  it("fills lists that are empty or null", () => {
    expect(read(merged(byKubectl, "default", "isthmus-west")).contexts).toHaveLength(1);
  });

  it("replaces what it put there before", () => {
    const twice = merged(merged(own, "default", "isthmus-west", "isthmus-east"), "default", "isthmus-west");
    expect(read(twice).contexts.map((one) => one.name)).toEqual(["prod", "isthmus-west"]);
  });

  it("refuses names that others have, and names them", () => {
    const foreign = own.replaceAll("prod", "isthmus-west");
    expect(mergeKubeconfig(foreign, "default", entriesOf("default", "isthmus-west"))).toEqual({
      kind: "conflict",
      names: ["cluster isthmus-west", "context isthmus-west"],
    });
  });

  it("refuses the names of another sandbox", () => {
    const other = merged(own, "one", "isthmus-two-west");
    expect(mergeKubeconfig(other, "two", entriesOf("two", "isthmus-two-west")).kind).toBe("conflict");
  });

  it.each([
    ["a: [", /Flow sequence/],
    ["just text", /no kubeconfig/],
    ["- a list", /no kubeconfig/],
    ["clusters: text", /`clusters` is no list/],
  ])("throws for what is no kubeconfig: %s", (text, message) => {
    expect(() => mergeKubeconfig(text, "default", entriesOf("default", "x"))).toThrow(message);
  });
});

describe("unmergeKubeconfig", () => {
  it.each([
    ["one written by hand", own],
    ["one with indented lists", indented],
  ])("gives back %s to the byte", (_, text) => {
    expect(unmergeKubeconfig(merged(text, "default", "isthmus-west", "isthmus-east"), "default")).toEqual({
      text,
      empty: false,
    });
  });

  it("leaves the entries of other sandboxes", () => {
    const both = merged(merged(own, "one", "isthmus-one-west"), "two", "isthmus-two-west");
    expect(read(unmergeKubeconfig(both, "one").text).contexts.map((one) => one.name)).toEqual([
      "prod",
      "isthmus-two-west",
    ]);
  });

  it("unsets a current context that goes", () => {
    const text = merged(own, "default", "isthmus-west").replace(
      "current-context: prod",
      "current-context: isthmus-west",
    );
    expect(read(unmergeKubeconfig(text, "default").text)["current-context"]).toBe("");
  });

  it("says when nothing is left", () => {
    expect(unmergeKubeconfig(merged("", "default", "isthmus-west"), "default").empty).toBe(true);
  });

  it("does not rewrite a file that has nothing of it", () => {
    expect(unmergeKubeconfig(own, "default").text).toBe(own);
  });
});
