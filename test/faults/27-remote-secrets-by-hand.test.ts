import { Buffer } from "node:buffer";
import { beforeAll, expect, it } from "vitest";
import { apply, change, expectCause, expectClean, heal, standMesh } from "./standing-mesh.ts";

const inIstio = ["-n", "istio-system"];

interface Secret {
  readonly metadata: {
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly data: Readonly<Record<string, string>>;
}

beforeAll(async () => standMesh());

async function ownSecret(): Promise<Secret> {
  const text = await change("west", [...inIstio, "get", "secret", "istio-remote-secret-east", "-o", "json"]);
  return JSON.parse(text) as Secret;
}

it("names a remote secret that was there before isthmus' own for the same cluster; the printed fix heals it", async () => {
  const { data } = await ownSecret();
  await change("west", [...inIstio, "delete", "secret", "istio-remote-secret-east"]);
  await apply("west", {
    apiVersion: "v1",
    kind: "Secret",
    metadata: {
      name: "a-made-by-hand",
      namespace: "istio-system",
      labels: { "istio/multiCluster": "true" },
      annotations: { "networking.istio.io/cluster": "east" },
    },
    data,
  });
  await standMesh();
  const report = await expectCause("ISM431", "west");
  const fix = report.causes[0]?.fix ?? "";
  expect(fix).toContain("delete secret a-made-by-hand && ");
  expect(fix).toContain("rollout restart deployment istiod");
  await change("west", [...inIstio, "delete", "secret", "a-made-by-hand"]);
  await change("west", [...inIstio, "rollout", "restart", "deployment", "istiod"]);
  await change("west", [...inIstio, "rollout", "status", "deployment", "istiod", "--timeout=90s"]);
  await expectClean();
});

it("names a remote secret whose credential istiod does not run; an apply heals it", async () => {
  const { data } = await ownSecret();
  const kubeconfig = Buffer.from(data["east"] ?? "", "base64").toString("utf8");
  const exec = "exec: { apiVersion: client.authentication.k8s.io/v1, command: aws, interactiveMode: Never }";
  const east = Buffer.from(kubeconfig.replace(/token: \S+/, exec), "utf8").toString("base64");
  const patch = JSON.stringify({ data: { east } });
  await change("west", [...inIstio, "patch", "secret", "istio-remote-secret-east", "-p", patch]);
  await expectCause("ISM520", "west");
  await heal();
});
