import { describe, expect, it } from "vitest";
import { runIsthmus } from "../testing/run-isthmus.ts";

const kubeconfig = `apiVersion: v1
kind: Config
contexts:
  - { name: west, context: { cluster: west, user: me } }
  - { name: west-admin, context: { cluster: west, user: me } }
  - { name: admin@East.example, context: { cluster: east, user: me } }
clusters:
  - { name: west, cluster: { server: "https://203.0.113.10:6443" } }
  - { name: east, cluster: { server: "https://203.0.113.11:6443/" } }
users: [{ name: me, user: { token: q1w2e3r4t5y6u7i8 } }]
`;
const files = { ".kube/config": kubeconfig };

/** The file's lines without remarks and without what is switched off. */
function bare(text: string): string {
  return text
    .split("\n")
    .filter((one) => one.trim() !== "" && !/^\s*#/.test(one))
    .join("\n");
}

const twoClusters = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata:
  name: mesh
spec:
  clusters:
    - name: west
      network: west
      context: west
    - name: admin-east-example
      network: admin-east-example
      context: admin@East.example
  istio:
    version: 1.31.0`;

describe("isthmus init from contexts", () => {
  it("prints a mesh file with -", async () => {
    const { out, err, code } = await runIsthmus("init - --contexts west,admin@East.example", { files });
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(bare(out)).toBe(twoClusters);
    expect(out).not.toContain("q1w2e3r4t5y6u7i8");
    const { out: valid } = await runIsthmus("validate -f -", { stdin: out });
    expect(valid).toMatch(/^√ <stdin> is valid: mesh mesh, 2 clusters \(west, admin-east-example\)/);
  });

  it("writes ./mesh.yaml and says what comes next", async () => {
    const { out, err, code } = await runIsthmus("init --contexts west,admin@East.example", { files });
    expect({ err, code }).toEqual({ err: "", code: 0 });
    expect(out).toBe(
      "Wrote mesh.yaml: mesh mesh, 2 clusters (west, admin-east-example).\nRead it, then see what an apply would do:\n    isthmus plan\n",
    );
  });

  it("takes a name for the mesh and for the file", async () => {
    const { out, code } = await runIsthmus("init 'my mesh.yaml' --contexts west --name prod", { files });
    expect(code).toBe(0);
    expect(out).toContain("Wrote my mesh.yaml: mesh prod, 1 cluster (west).");
    expect(out).toContain("isthmus plan -f 'my mesh.yaml'");
  });

  it("replaces a file with --force only", async () => {
    const there = { ...files, "mesh.yaml": "mine" };
    const refused = await runIsthmus("init --contexts west", { files: there });
    expect(refused.code).toBe(64);
    expect(refused.err).toContain("error[ISM059] The mesh file is there already\nmesh.yaml was not changed.");
    expect((await runIsthmus("init --contexts west --force", { files: there })).code).toBe(0);
  });

  it("says that the folder is missing", async () => {
    const { err, code } = await runIsthmus("init no/such/mesh.yaml --contexts west", { files });
    expect(code).toBe(1);
    expect(err).toContain("error[ISM061] The mesh file cannot be written");
  });

  it("names the kubeconfig in the file when it was given for this command", async () => {
    const { out } = await runIsthmus("init - --contexts west --kubeconfig own/config", {
      files: { "own/config": kubeconfig },
    });
    expect(bare(out)).toContain("context: west\n      kubeconfig: own/config\n");
  });

  it.each([true, false])("lists the contexts when none is named (terminal: %s)", async (tty) => {
    const { out, err, code } = await runIsthmus("init --color never", { files, tty });
    expect({ out, code }).toEqual({ out: "", code: 64 });
    expect(err.replaceAll(/\/\S*\/\.kube/g, "~/.kube")).toBe(`error[ISM056] Nothing to start from
The kubeconfig contexts are:
    west  https://203.0.113.10:6443  ~/.kube/config
    west-admin  https://203.0.113.10:6443  ~/.kube/config
    admin@East.example  https://203.0.113.11:6443  ~/.kube/config
fix: Name those that shall be one mesh:
    isthmus init --contexts west,west-admin

`);
  });

  it("says which kubeconfigs are not in that list, and why", async () => {
    const { err, code } = await runIsthmus("init", { files: { ".kube/config": "contexts: [{ name: yes }]\n" } });
    expect(code).toBe(64);
    expect(err).toContain("There is no kubeconfig context at all.");
    expect(err).toContain("error[ISM512]");
    expect(err).toContain("truth value true, where text is expected");
  });

  it("refuses a context that leads to no API server, and hides a password in the address of one", async () => {
    const text = kubeconfig
      .replace("cluster: east", "cluster: nowhere")
      .replace("https://203.0.113.10", "https://me:z9x8c7v6@203.0.113.10");
    const { err, code } = await runIsthmus("init --contexts west,west-admin,admin@East.example", {
      files: { ".kube/config": text },
    });
    expect(code).toBe(64);
    expect(err).toContain('The context "admin@East.example" in');
    expect(err).toContain("leads to no API server");
    expect(err).toContain("both lead to https://me:<redacted>@203.0.113.10:6443.");
    expect(err).not.toContain("z9x8c7v6");
  });

  it("says what to do when there is no context at all", async () => {
    const { err, code } = await runIsthmus("init");
    expect(code).toBe(64);
    expect(err).toContain("There is no kubeconfig context at all.");
    expect(err).toContain("isthmus sandbox up");
  });

  it("tells all contexts that cannot be, at once", async () => {
    const { err, code } = await runIsthmus("init --contexts wets,west,north-pole,west-admin", { files });
    expect(code).toBe(64);
    expect(err).toContain('No kubeconfig has the context "wets"');
    expect(err).toContain("Did you mean west?");
    expect(err).toContain('No kubeconfig has the context "north-pole"');
    expect(err).toContain("error[ISM058] Two contexts lead to one cluster");
    expect(err).toContain("The contexts west and west-admin both lead to https://203.0.113.10:6443.");
  });
});

describe("isthmus init with options that cannot be", () => {
  it.each([
    ["--contexts west --rancher https://rancher.example.org", "ISM060", "two ways to the clusters"],
    [
      "--contexts west --ca-file a --token-file b",
      "ISM060",
      "--token-file, --ca-file would not be used without --rancher",
    ],
    ["--rancher https://rancher.example.org --token-env A --token-file b", "ISM060", "two places of one token"],
    ["--rancher rancher.example.org", "ISM005", "Write https://rancher.example.org."],
    ["--contexts west --name My_Mesh", "ISM005", "Write for example my-mesh."],
    ["--rancher https://rancher.example.org", "ISM281", "The environment variable RANCHER_TOKEN"],
  ])("%s: %s", async (line, code, says) => {
    const result = await runIsthmus(`init ${line}`, { files });
    expect(result.code).toBe(64);
    expect(result.err).toContain(`error[${code}]`);
    expect(result.err.replaceAll(/\n\s*/g, " ")).toContain(says);
  });

  it("does not show a token that was given in place of its variable's name", async () => {
    const { err, code } = await runIsthmus(
      "init --rancher https://rancher.example.org --token-env token-abcde:q1w2e3r4t5y6u7i8",
    );
    expect(code).toBe(64);
    expect(err).toContain("not the token itself");
    expect(err).not.toContain("q1w2e3r4t5y6u7i8");
  });
});
