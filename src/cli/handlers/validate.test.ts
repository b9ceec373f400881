import { describe, expect, it } from "vitest";
import { runIsthmus } from "../testing/run-isthmus.ts";

const good = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: demo }
spec:
  clusters:
    - { name: west, context: west }
    - { name: east, context: east }
`;
const bad = `apiVersion: isthmus.dev/v1alpha1
kind: Mesh
metadata: { name: demo }
spec:
  clusters:
    - { name: west, network: one, context: west }
    - { name: east, netwrok: two, context: east }
    - { name: west, context: north }
`;

describe("isthmus validate", () => {
  it("says what a valid mesh has", async () => {
    const { out, err, code } = await runIsthmus("validate -f demo.yaml", { files: { "demo.yaml": good } });
    expect(code).toBe(0);
    expect(err).toBe("");
    expect(out).toMatch(
      /^√ demo\.yaml is valid: mesh demo, 2 clusters \(west, east\), 0 services, 0 routes, Istio \d+\.\d+\.\d+\n$/,
    );
  });

  it("reads ./mesh.yaml without -f, and stdin with -f -", async () => {
    const [file, stdin] = await Promise.all([
      runIsthmus("validate", { files: { "mesh.yaml": good } }),
      runIsthmus("validate -f -", { stdin: good }),
    ]);
    expect(file.out).toContain("mesh.yaml is valid");
    expect(stdin.out).toContain("<stdin> is valid");
  });

  it("says how a file is named to whoever names it as an argument", async () => {
    const { err, code } = await runIsthmus("validate prod/mesh.yaml");
    expect(code).toBe(64);
    expect(err).toContain("fix: The mesh file is named by -f: isthmus validate -f prod/mesh.yaml");
  });

  it("shows all problems in one run, in the order of the file, and ends with 65", async () => {
    const { out, err, code } = await runIsthmus("validate -f bad.yaml", { files: { "bad.yaml": bad } });
    expect(code).toBe(65);
    expect(err).toMatchInlineSnapshot(`
      "bad.yaml:7:21 error[ISM102] Unknown field
      7 |     - { name: east, netwrok: two, context: east }
        |                     ^^^^^^^
      spec.clusters[1] has no field "netwrok", so what is written here would have no effect.
      fix: Did you mean network?

      bad.yaml:8:15 error[ISM121] Duplicate cluster name
      8 |     - { name: west, context: north }
        |               ^^^^
      spec.clusters[0] is called west too. Istio would take the two for one cluster, and each would
      replace the other's endpoints. The other place is bad.yaml:6:15.
      fix: Give every cluster a name of its own.

      "
    `);
    expect(out).toBe("× bad.yaml has 2 errors\n");
  });

  it("gives one JSON document with -o json, and nothing on stderr", async () => {
    const { out, err, code } = await runIsthmus("validate -f bad.yaml -o json", { files: { "bad.yaml": bad } });
    expect(code).toBe(65);
    expect(err).toBe("");
    expect(JSON.parse(out)).toMatchObject({
      kind: "Validation",
      file: "bad.yaml",
      valid: false,
      diagnostics: [
        { severity: "error", range: { file: "bad.yaml", start: { line: 7 } } },
        { severity: "error", range: { start: { line: 8 } } },
      ],
    });
  });

  it("warns of what this version cannot do, and is content otherwise", async () => {
    const file = good.replace("spec:\n", "spec:\n  access: { rotateBefore: 30d }\n");
    const { out, err, code } = await runIsthmus("validate", { files: { "mesh.yaml": file } });
    expect(code).toBe(0);
    expect(err).toContain("mesh.yaml:5:");
    expect(err).toContain("warning[ISM190]");
    expect(out).toContain(", 1 warning\n");
  });

  it("says how to get a mesh file when there is none", async () => {
    const { err, code } = await runIsthmus("validate -f missing.yaml");
    expect(code).toBe(64);
    expect(err).toContain("error[ISM202]");
    expect(err).toContain("missing.yaml: there is no such file");
  });

  it("says in words what stands where the mesh file, or a service's manifests, should be", async () => {
    const folder = await runIsthmus("validate -f .");
    expect(folder.err).toContain(".: this is a folder.");
    const file = `${good}  services: [{ name: web, namespace: shop, port: 80, manifests: app/missing.yaml, versions: { v1: { clusters: [west] } } }]\n`;
    const { err, code } = await runIsthmus("validate", { files: { "mesh.yaml": file } });
    expect(code).toBe(65);
    expect(err.replaceAll(/\s+/g, " ")).toMatch(/app\/missing\.yaml of service web: there is no such file or folder\./);
  });

  describe("of manifests", () => {
    const file = `${good}  services: [{ name: web, namespace: shop, port: 80, manifests: app, versions: { v1: { clusters: [west] } } }]\n`;
    const validate = async (files: Readonly<Record<string, string>>) => {
      const { err, code } = await runIsthmus("validate --color never", { files: { "mesh.yaml": file, ...files } });
      return { code, err, codes: [...err.matchAll(/\[(ISM\d+)\]/g)].map(([, one]) => one) };
    };

    it("names the folder of a Helm chart, once, and how it is rendered", async () => {
      const { codes, err } = await validate({
        "app/Chart.yaml": "apiVersion: v2\nname: web\nversion: 1.0.0\n",
        "app/values.yaml": "a: 1\n",
        "app/templates/web.yaml": "kind: {{ .Values.kind }}\n",
      });
      expect(codes).toEqual(["ISM228"]);
      expect(err.replaceAll(/\s+/g, " ")).toContain(
        "mkdir -p app-objects && helm template NAME app > app-objects/objects.yaml",
      );
    });

    it("says nothing of a Service that is missing, where a document could not be read", async () => {
      const { codes, code } = await validate({ "app/a.yaml": "kind: Service\n\tspec: {}\n" });
      expect({ codes, code }).toEqual({ codes: ["ISM227"], code: 65 });
    });

    it("says that values have the wrong type once, and not that the port is another one", async () => {
      const service =
        'apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: "80", targetPort: "8080" }] }\n';
      expect((await validate({ "app/a.yaml": service })).codes).toEqual(["ISM614", "ISM614"]);
    });

    it.each([
      ["spec: { ports: [null, { port: 80 }] }", "Service", "Entry 1 of spec.ports in Service web"],
      ["spec: { ports: [{ port: 80 }, 80] }", "Service", "Entry 2 of spec.ports in Service web"],
      [
        "spec: { template: { spec: { containers: [text, null] } } }",
        "Deployment",
        "Entry 1 of spec.template.spec.containers in Deployment web",
      ],
      [
        "spec: { template: { spec: { containers: [{ name: a, env: [null] }] } } }",
        "Deployment",
        "Entry 1 of spec.template.spec.containers.0.env in Deployment web",
      ],
    ])("says where a list has an entry that is no mapping: %s", async (spec, kind, says) => {
      const group = kind === "Service" ? "v1" : "apps/v1";
      const { codes, err, code } = await validate({
        "app/a.yaml": `apiVersion: ${group}\nkind: ${kind}\nmetadata: { name: web }\n${spec}\n`,
      });
      expect({ codes, code }).toEqual({ codes: ["ISM204"], code: 65 });
      expect(err.replaceAll(/\s+/g, " ")).toContain(says);
    });

    it("does not show a Secret's value that is no base64", async () => {
      const secret =
        "apiVersion: v1\nkind: Secret\nmetadata: { name: a }\ndata: { password: q1w2e3r4-z9x8c7v6 }\n---\n";
      const service =
        "apiVersion: v1\nkind: Service\nmetadata: { name: web }\nspec: { selector: { app: web }, ports: [{ port: 80 }] }\n";
      const { codes, err } = await validate({ "app/a.yaml": secret + service });
      expect(codes).toEqual(["ISM627"]);
      expect(err).toContain("app/a.yaml:4:");
      expect(err).not.toContain("q1w2e3r4");
    });
  });
});
