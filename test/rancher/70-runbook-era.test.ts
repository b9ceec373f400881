import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { moduleFolder } from "../e2e/module-files.ts";
import { rancherInstance } from "./rancher-world.ts";
import { enginesKubectl, isthmus, root, sandboxKubeconfig } from "../e2e/world.ts";

/**
 * The runbook's Istio 1.12 and Kubernetes 1.20 do not run here. What can be
 * shown is that an API server with the definitions of that time takes every
 * object that isthmus renders for them, with unknown fields refused.
 */
const context = `isthmus-${rancherInstance}-east`;

/** The API of Istio 1.12.0, as client-go v1.12.0 asks for it, and the cert-manager of the runbook's log lines. */
const istio = { module: "istio.io/api", version: "v0.0.0-20211118170605-3f0f902cdfd1" };
const certManager = { module: "github.com/jetstack/cert-manager", version: "v1.5.3" };

interface Thing {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly annotations?: object };
  readonly spec?: Record<string, unknown>;
}

let objects: Readonly<Record<string, readonly Thing[]>>;

beforeAll(async () => {
  const rendered = await isthmus(["render", "-f", path.join(root, "examples", "runbook.yaml"), "-o", "json"]);
  ({ clusters: objects } = JSON.parse(rendered.out) as { clusters: typeof objects });
  const definitions = [
    ...parseAllDocuments(
      readFileSync(
        path.join(await moduleFolder(istio.module, istio.version), "kubernetes/customresourcedefinitions.gen.yaml"),
        "utf8",
      ),
    ).map((document) => document.toJS() as Thing | null),
    ...(await certManagerDefinitions()),
  ].filter((one) => one !== null);
  const made = await kubectl(["apply", "--server-side", "-f", "-"], definitions);
  expectDone(made);
  const namespaces = ["istio-system", "istio-operator", "sample"].map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name },
  }));
  const own = (objects["mcsps-test-k8s-01"] ?? []).filter((one) => one.kind === "CustomResourceDefinition");
  expectDone(await kubectl(["apply", "--server-side", "-f", "-"], [...namespaces, ...own]));
  expectDone(await kubectl(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"], []));
}, 600_000);

/** cert-manager's definitions are templates of its chart; the schemas in them are not. */
async function certManagerDefinitions(): Promise<readonly Thing[]> {
  const folder = path.join(await moduleFolder(certManager.module, certManager.version), "deploy", "crds");
  return ["crd-clusterissuers.yaml", "crd-certificates.yaml"].map((file) => {
    const found = parseAllDocuments(readFileSync(path.join(folder, file), "utf8"))[0]?.toJS() as Thing;
    const { conversion: _webhook, ...spec } = found.spec ?? {};
    return { ...found, metadata: { name: found.metadata.name }, spec };
  });
}

interface Done {
  readonly code: number;
  readonly text: string;
}

async function kubectl(args: readonly string[], documents: readonly object[]): Promise<Done> {
  return new Promise((resolve) => {
    const child = execFile(
      enginesKubectl(),
      ["--kubeconfig", sandboxKubeconfig(), "--context", context, ...args],
      { timeout: 120_000, maxBuffer: 64 * 1024 * 1024 },
      (error, out, err) => resolve({ code: error === null ? 0 : 1, text: `${out}${err}` }),
    );
    child.stdin?.end(documents.map((one) => stringify(one)).join("---\n"));
  });
}

function expectDone(done: Done): void {
  if (done.code !== 0) {
    throw new Error(done.text);
  }
}

/** A dry-run on the server of each object, with unknown and repeated fields refused; what was said of those that are. */
async function refused(tried: readonly Thing[]): Promise<string> {
  const done = await kubectl(
    ["apply", "--server-side", "--force-conflicts", "--dry-run=server", "--validate=strict", "-f", "-"],
    tried,
  );
  // kubectl goes on with the others after an object that is refused, and says a line of each that is taken.
  const lines = done.text.trim().split("\n");
  const taken = lines.filter((line) => line.endsWith("serverside-applied (server dry run)"));
  return done.code === 0 && taken.length === tried.length
    ? ""
    : lines.filter((line) => !taken.includes(line)).join("\n");
}

describe("the objects of the runbook's time", () => {
  it("are taken by an API server with the definitions of that time", async () => {
    for (const ofCluster of Object.values(objects)) {
      // The data of Secrets is not printed, and PodSecurityPolicies ended with Kubernetes 1.24.
      const tried = ofCluster.filter((one) => one.kind !== "Secret" && one.kind !== "PodSecurityPolicy");
      expect(tried.length).toBeGreaterThan(25);
      expect(await refused(tried)).toBe("");
    }
  });

  it("would be refused with a field that nobody knows", async () => {
    const gateway = Object.values(objects)
      .flat()
      .find((one) => one.kind === "Gateway");
    expect(gateway?.apiVersion).toBe("networking.istio.io/v1beta1");
    const broken = { ...gateway, spec: { ...gateway?.spec, selectr: {} } } as Thing;
    expect(await refused([broken])).toContain("selectr");
  });
});
