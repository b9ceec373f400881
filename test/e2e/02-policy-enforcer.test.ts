import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { put, run } from "./in-west.ts";
import { kubectl } from "./world.ts";

const namespace = "policies-in-force";
const image = "docker.io/istio/examples-helloworld:1.0";

beforeAll(async () => {
  await put([
    { apiVersion: "v1", kind: "Namespace", metadata: { name: namespace } },
    pod("server"),
    pod("client"),
    pod("stranger"),
  ]);
  await run(["-n", namespace, "wait", "--for=condition=Ready", "pod", "--all", "--timeout=90s"]);
});

afterAll(async () => {
  await run(["delete", "namespace", namespace, "--wait=false"]);
});

describe("network policies in the sandbox", () => {
  it("are in force: what none admits is refused, what one admits gets through, and all is open again without them", async () => {
    await expectWay("client", true);
    await put([policy("deny-all", "Ingress", {})]);
    await expectWay("client", false);
    const from = [{ podSelector: { matchLabels: { app: "client" } } }];
    await put([policy("admit-client", "Ingress", { ingress: [{ from, ports: [{ port: 5000 }] }] })]);
    await expectWay("client", true);
    await expectWay("stranger", false);
    await run(["-n", namespace, "delete", "networkpolicy", "--all"]);
    await expectWay("stranger", true);
  });

  it("close the way out too", async () => {
    await put([policy("deny-all", "Egress", {})]);
    await expectWay("client", false);
    const to = [{ podSelector: { matchLabels: { app: "server" } } }];
    await put([policy("admit-server", "Egress", { egress: [{ to, ports: [{ port: 5000 }] }] })]);
    await expectWay("client", true);
    await run(["-n", namespace, "delete", "networkpolicy", "--all"]);
  });
});

/** Waits until new connections to the server come about, or are refused; a policy is in force some tenths of a second after its write. */
async function expectWay(from: string, open: boolean): Promise<void> {
  const { out: address } = await run(["-n", namespace, "get", "pod", "server", "-o", "jsonpath={.status.podIP}"]);
  const curl = ["curl", "-s", "-o", "/dev/null", "-w", "%{http_code}", "--max-time", "2"];
  await expect
    .poll(
      async () =>
        (await kubectl("west", ["-n", namespace, "exec", from, "--", ...curl, `http://${address}:5000/hello`])).out,
      { timeout: 60_000 },
    )
    .toBe(open ? "200" : "000");
}

function pod(name: string): object {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace, labels: { app: name } },
    spec: {
      // Asked once before the server listens, the kubelet asks again after the period, which is ten seconds else.
      containers: [
        { name: "helloworld", image, readinessProbe: { httpGet: { path: "/health", port: 5000 }, periodSeconds: 1 } },
      ],
      terminationGracePeriodSeconds: 0,
    },
  };
}

function policy(name: string, type: "Ingress" | "Egress", rules: object): object {
  return {
    apiVersion: "networking.k8s.io/v1",
    kind: "NetworkPolicy",
    metadata: { name, namespace },
    spec: { podSelector: {}, policyTypes: [type], ...rules },
  };
}
