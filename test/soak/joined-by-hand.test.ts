import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { parse, stringify } from "yaml";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  exposedServices,
  identity,
  installByIstioctl,
  plugInAuthorities,
  purgeIstio,
  remoteSecretOf,
} from "../e2e/install-istio.ts";
import type { Snapshot } from "../e2e/snapshot.ts";
import { expectSame, snapshots } from "../e2e/snapshot.ts";
import { contextOf, freshFolder, isthmus, kubectl, meshFile, root } from "../e2e/world.ts";

// https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/, step by step.
const places = [
  { cluster: "west", name: "cluster1", network: "network1" },
  { cluster: "east", name: "cluster2", network: "network2" },
] as const;

let file: string;
let joined: readonly Snapshot[];

async function put(cluster: string, text: string, ...more: readonly string[]): Promise<void> {
  const { code, err } = await kubectl(cluster, ["apply", "-f", "-", ...more], text);
  expect({ code, err }).toMatchObject({ code: 0 });
}

async function install({ cluster, name, network }: (typeof places)[number]): Promise<void> {
  await kubectl(cluster, ["label", "namespace", "istio-system", `topology.istio.io/network=${network}`]);
  const sandbox = identity(cluster);
  const global = { ...(sandbox["global"] as object), meshID: "mesh1", network, multiCluster: { clusterName: name } };
  await installByIstioctl(cluster, { values: { ...sandbox, global } });
  // What samples/multicluster/gen-eastwest-gateway.sh of Istio prints.
  const gateway = {
    profile: "empty",
    components: {
      ingressGateways: [
        {
          name: "istio-eastwestgateway",
          label: { istio: "eastwestgateway", app: "istio-eastwestgateway", "topology.istio.io/network": network },
          enabled: true,
          k8s: {
            env: [{ name: "ISTIO_META_REQUESTED_NETWORK_VIEW", value: network }],
            service: {
              ports: [
                { name: "status-port", port: 15021, targetPort: 15021 },
                { name: "tls", port: 15443, targetPort: 15443 },
                { name: "tls-istiod", port: 15012, targetPort: 15012 },
                { name: "tls-webhook", port: 15017, targetPort: 15017 },
              ],
            },
          },
        },
      ],
    },
    values: {
      ...sandbox,
      global: { ...global, network },
      gateways: { "istio-ingressgateway": { injectionTemplate: "gateway" } },
    },
  };
  await installByIstioctl(cluster, gateway, "eastwest");
  await put(cluster, exposedServices);
}

/** The application as https://istio.io/latest/docs/setup/install/multicluster/verify/ deploys it. */
async function deploy(cluster: string, version: string): Promise<void> {
  await kubectl(cluster, ["create", "namespace", "sample"]);
  await kubectl(cluster, ["label", "namespace", "sample", "istio-injection=enabled"]);
  const documents = readFileSync(path.join(root, "examples", "helloworld.yaml"), "utf8").split(/^---$/m);
  const kept = documents.filter((one) => !/version: v\d/.test(one) || one.includes(`version: ${version}`));
  await put(cluster, kept.join("---"), "-n", "sample");
}

beforeAll(async () => {
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
  await plugInAuthorities(["west", "east"]);
  await Promise.all(places.map(install));
  await put("east", await remoteSecretOf("west", "cluster1"));
  await put("west", await remoteSecretOf("east", "cluster2"));
  await Promise.all([deploy("west", "v1"), deploy("east", "v2")]);
  for (const cluster of ["west", "east"]) {
    await kubectl(cluster, ["-n", "sample", "wait", "--for=condition=available", "deploy", "--all", "--timeout=80s"]);
  }
  joined = await snapshots();
});

afterAll(async () => {
  for (const cluster of ["west", "east"]) {
    await kubectl(cluster, ["delete", "namespace", "sample", "--ignore-not-found"]);
    await purgeIstio(cluster);
  }
});

it("finds the mesh as it is called there", async () => {
  file = path.join(freshFolder(), "mesh.yaml");
  const contexts = places.map(({ cluster }) => contextOf(cluster)).join(",");
  const ran = await isthmus(["init", file, "--contexts", contexts, "--existing"]);
  expect(ran.code).toBe(0);
  const mesh = parse(readFileSync(file, "utf8")) as { metadata: object; spec: Record<string, unknown> };
  expect(mesh.metadata).toMatchObject({ name: "mesh1" });
  expect(mesh.spec["clusters"]).toMatchObject(places.map(({ name, network }) => ({ name, network })));
  mesh.spec["services"] = [
    {
      name: "helloworld",
      namespace: "sample",
      port: 5000,
      versions: { v1: { clusters: ["cluster1"] }, v2: { clusters: ["cluster2"] } },
      routes: [
        {
          name: "helloworld",
          gateway: "helloworld-gateway",
          hosts: ["*"],
          match: { exact: "/hello" },
          weights: { v1: 50, v2: 50 },
        },
      ],
    },
  ];
  writeFileSync(file, stringify(mesh));
});

it("says what it takes over, and what stays theirs", async () => {
  const ran = await isthmus(["plan", "-f", file]);
  expect(ran.code).toBe(0);
  for (const { name } of places) {
    const other = name === "cluster1" ? "cluster2" : "cluster1";
    const [part = ""] = ran.out.split(new RegExp(`^(?=cluster\\d$)`, "m")).filter((one) => one.startsWith(name));
    const takenOver = [...part.matchAll(/^ {4}~ (\S+ \S+) {2}\(taken over: existed before\)$/gm)].map(([, id]) => id);
    expect(takenOver).toEqual([
      "Namespace istio-system",
      "Namespace sample",
      "Secret istio-system/istio-reader-service-account-istio-remote-secret-token",
      "Gateway istio-system/cross-network-gateway",
      `Secret istio-system/istio-remote-secret-${other}`,
    ]);
    // Their kubeconfig says the same as ours in other words: it stays.
    expect(part).not.toMatch(/^ +data\b/m);
    expect(part).toContain("Deployment istio-system/istiod (Istio 1.31.0, installed by istioctl)");
    expect(part).toMatch(
      /stays as it is: .*Service istio-system\/istio-eastwestgateway \(gateway of network network\d\)/,
    );
  }
});

it("goes on with what is there", async () => {
  for (const args of [["apply", "--yes"], ["verify"], ["check"], ["status"], ["plan", "--detailed-exitcode"]]) {
    const ran = await isthmus([...args, "-f", file]);
    expect({ args, code: ran.code }).toEqual({ args, code: 0 });
  }
});

it("leaves their mesh joined as it was when it is removed", async () => {
  expect((await isthmus(["remove", "-f", file, "--yes"])).code).toBe(0);
  await expectSame(joined);
});
