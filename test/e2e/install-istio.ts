import { execFile } from "node:child_process";
import { Buffer } from "node:buffer";
import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect } from "vitest";
import { parse, stringify } from "yaml";
import { issueIntermediate, issueRoot } from "../../src/pki/certificate-authority.ts";
import { contextOf, enginesPrograms, freshFolder, kubectl, sandboxKubeconfig } from "./world.ts";

type Values = { readonly [key: string]: unknown };

interface Sandbox {
  readonly istio: { readonly hub: string; readonly values: Values };
  readonly charts: string;
}

/** What the sandbox's Envoy needs of Istio, and where its charts are. */
function sandbox(): Sandbox {
  const { contexts } = parse(readFileSync(sandboxKubeconfig(), "utf8")) as {
    contexts: { name: string; context: { extensions?: { name: string; extension: Sandbox }[] } }[];
  };
  const [extension] = contexts.find(({ name }) => name === contextOf("west"))?.context.extensions ?? [];
  if (extension === undefined) {
    throw new Error("the context of a sandbox says what its Istio needs");
  }
  return extension.extension;
}

/** The values by which somebody installs Istio for a mesh of several networks, as istio.io has them. */
export function identity(cluster: string): Values {
  const { istio } = sandbox();
  return {
    ...istio.values,
    global: {
      ...(istio.values["global"] as Values | undefined),
      hub: istio.hub,
      tag: "1.31.0",
      meshID: "sandbox",
      network: `${cluster}-net`,
      multiCluster: { clusterName: cluster },
    },
  };
}

/** Runs a program of the engine against one cluster, which has to end well; gives what it prints. */
async function run(program: "helm" | "istioctl", cluster: string, args: readonly string[]): Promise<string> {
  const context = program === "helm" ? "--kube-context" : "--context";
  const all = [...args, "--kubeconfig", sandboxKubeconfig(), context, contextOf(cluster)];
  return new Promise((resolve, reject) => {
    execFile(path.join(enginesPrograms(), program), all, { timeout: 240_000 }, (error, out, err) => {
      if (error === null) {
        resolve(out);
      } else {
        reject(new Error(`${program} ${args.join(" ")}:\n${out}\n${err}`));
      }
    });
  });
}

/** Installs a chart of Istio with plain helm, or upgrades its release. */
export async function installChart(
  cluster: string,
  chart: string,
  release: string,
  values: Values,
  { namespace = "istio-system", more = [] }: { readonly namespace?: string; readonly more?: readonly string[] } = {},
): Promise<void> {
  const file = path.join(freshFolder(), "values.yaml");
  writeFileSync(file, stringify(values));
  const from = path.join(sandbox().charts, chart);
  await run("helm", cluster, [
    "upgrade",
    "--install",
    release,
    from,
    "-n",
    namespace,
    "--create-namespace",
    "-f",
    file,
    "--wait",
    ...more,
  ]);
}

/** Runs a line for helm that isthmus has printed, with the sandbox's chart in place of that of Istio's repository. */
export async function runPrintedHelm(cluster: string, line: string): Promise<void> {
  const [program, ...words] = line.split(" ");
  expect([program, words.includes("istio/gateway")]).toEqual(["helm", true]);
  const chart = path.join(sandbox().charts, "gateway");
  const args = words.map((word) => (word === "istio/gateway" ? chart : word));
  await run("helm", cluster, [...args, "--wait"]);
}

/** Uninstalls releases of plain helm. */
export async function uninstallCharts(
  cluster: string,
  releases: readonly string[],
  namespace = "istio-system",
): Promise<void> {
  await run("helm", cluster, ["uninstall", "-n", namespace, "--ignore-not-found", "--wait", ...releases]);
}

/** Installs Istio with plain istioctl. What another IstioOperator of the same name has installed, and `spec` does not ask for, is taken away. */
export async function installByIstioctl(cluster: string, spec: Values, name = "installed"): Promise<void> {
  const file = path.join(freshFolder(), "operator.yaml");
  writeFileSync(
    file,
    stringify({ apiVersion: "install.istio.io/v1alpha1", kind: "IstioOperator", metadata: { name }, spec }),
  );
  await run("istioctl", cluster, ["install", "-y", "-f", file]);
}

/** The remote secret about a cluster, as istioctl prints it for the others. */
export async function remoteSecretOf(cluster: string, name: string): Promise<string> {
  return run("istioctl", cluster, ["create-remote-secret", `--name=${name}`]);
}

/** Takes away whatever istioctl and Helm have installed, with the definitions. */
export async function purgeIstio(cluster: string): Promise<void> {
  await run("istioctl", cluster, ["uninstall", "-y", "--purge"]);
  await kubectl(cluster, ["delete", "namespace", "istio-system", "--ignore-not-found"]);
  const kinds = await kubectl(cluster, ["get", "crd", "-o", "name"]);
  const istios = kinds.out.split("\n").filter((name) => name.endsWith(".istio.io"));
  if (istios.length > 0) {
    await kubectl(cluster, ["delete", ...istios]);
  }
}

/** Gives every cluster namespace istio-system with an intermediate under one root, as istio.io's page about plugged-in authorities does. */
export async function plugInAuthorities(clusters: readonly string[]): Promise<void> {
  const root = await issueRoot("theirs", new Date());
  for (const cluster of clusters) {
    const made = await issueIntermediate(
      root,
      { cluster, keyType: "ecdsa-p256", validitySeconds: 864_000 },
      new Date(),
    );
    const texts = {
      "ca-cert.pem": made.caCert,
      "ca-key.pem": made.caKey.expose(),
      "cert-chain.pem": made.certChain,
      "root-cert.pem": made.rootCert,
    };
    const data = Object.fromEntries(
      Object.entries(texts).map(([file, text]) => [file, Buffer.from(text).toString("base64")]),
    );
    const objects = [
      { apiVersion: "v1", kind: "Namespace", metadata: { name: "istio-system" } },
      { apiVersion: "v1", kind: "Secret", metadata: { name: "cacerts", namespace: "istio-system" }, data },
    ];
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    expect(await kubectl(cluster, ["apply", "-f", "-"], list)).toMatchObject({ code: 0 });
  }
}

/** What istio.io has people apply to open an east-west gateway (samples/multicluster/expose-services.yaml). */
export const exposedServices = `
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: { name: cross-network-gateway, namespace: istio-system }
spec:
  selector: { istio: eastwestgateway }
  servers:
    - port: { number: 15443, name: tls, protocol: TLS }
      tls: { mode: AUTO_PASSTHROUGH }
      hosts: ["*.local"]
`;
