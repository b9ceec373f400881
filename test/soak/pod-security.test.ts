import { afterAll, beforeAll, describe, expect, it } from "vitest";
import fc from "fast-check";
import { refusedBy } from "../../src/core/manifests/pod-security-standard.ts";
import type { Json } from "../../src/core/model/kube-object.ts";
import { freshFolder, instance, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

// istio-cni is compiled the first time, half a minute where the engine was compiled on this machine.
beforeAll(async () => {
  await isthmus(["sandbox", "up", "--instance", instance, "--istio-cni"]);
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
});

afterAll(async () => {
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
});

/** Specs of pods in which each field of the standards is there or not, and right more often than wrong. */
const seccompProfile = fc.constantFrom({ type: "RuntimeDefault" }, { type: "RuntimeDefault" }, { type: "Unconfined" });
const securityContext = fc.record(
  {
    allowPrivilegeEscalation: fc.constantFrom(false, false, false, true),
    runAsNonRoot: fc.constantFrom(true, true, true, false),
    runAsUser: fc.constantFrom(1000, 1000, 1000, 0),
    seccompProfile,
    capabilities: fc.record(
      {
        drop: fc.constantFrom(["ALL"], ["ALL"], ["NET_RAW"]),
        add: fc.subarray(["NET_BIND_SERVICE", "CHOWN", "NET_ADMIN"], { maxLength: 1 }),
      },
      { requiredKeys: ["drop"] },
    ),
  },
  { requiredKeys: ["allowPrivilegeEscalation", "capabilities"] },
);
const container = (name: string): fc.Arbitrary<{ readonly [key: string]: Json }> =>
  fc.record(
    {
      name: fc.constant(name),
      image: fc.constant("registry.k8s.io/pause:3.10"),
      securityContext,
      ports: fc.constantFrom([{ containerPort: 80 }], [{ containerPort: 80, hostPort: 80 }]),
    },
    { requiredKeys: ["name", "image", "securityContext"] },
  );
const podSpec = fc.record(
  {
    containers: fc.tuple(container("one")),
    initContainers: fc.tuple(container("first")),
    hostNetwork: fc.constantFrom(false, false, true),
    volumes: fc.constantFrom(
      [{ name: "a", emptyDir: {} }],
      [{ name: "a", hostPath: { path: "/tmp" } }],
      [{ name: "a", nfs: { server: "s", path: "/" } }],
    ),
    securityContext: fc.record(
      {
        runAsNonRoot: fc.constantFrom(true, true, false),
        runAsUser: fc.constantFrom(1000, 0),
        seccompProfile,
        sysctls: fc.constantFrom(
          [{ name: "net.ipv4.tcp_syncookies", value: "1" }],
          [{ name: "kernel.msgmax", value: "1" }],
        ),
      },
      { requiredKeys: [] },
    ),
  },
  { requiredKeys: ["containers"] },
) as unknown as fc.Arbitrary<{ readonly [key: string]: Json }>;

const agent = ["-n", "kube-system", "daemonset", "istio-cni-node"];

/** What the API server says of a pod in namespace sample, which it is only asked about. */
async function tryPod(securityContext: object): Promise<string> {
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "tried", namespace: "sample", labels: { "sidecar.istio.io/inject": "false" } },
    spec: { containers: [{ name: "one", image: "registry.k8s.io/pause:3.10", securityContext }] },
  };
  const ran = await kubectl("west", ["create", "--dry-run=server", "-f", "-"], JSON.stringify(pod));
  return ran.code === 0 ? "taken" : ran.err;
}

describe.each([
  ["istioctl", "restricted"],
  ["helm", "restricted"],
  ["helm", "baseline"],
])("a mesh by %s under pod security %s", (install, level) => {
  let file: string;

  beforeAll(() => {
    file = writeMeshFile(freshFolder(), (text) =>
      text
        .replace("install: istioctl", `install: ${install}`)
        .replace("spec:\n", `spec:\n  hardening: { podSecurity: ${level}, networkPolicies: true }\n`),
    );
  });

  afterAll(async () => {
    await isthmus(["remove", "-f", file, "--yes"]);
  });

  it("comes up, and carries requests by the weights", async () => {
    const ran = await isthmus(["apply", "-f", file, "--yes"]);
    expect(ran.err).not.toContain("error[");
    expect(ran.code).toBe(0);
    expect((await isthmus(["verify", "-f", file])).code).toBe(0);
    const pods = await kubectl("west", ["-n", "sample", "get", "pods", "-o", "yaml"]);
    expect(pods.out).toContain("name: istio-validation");
    expect(pods.out).not.toContain("name: istio-init");
  });

  it("is held to the standard by the API server", async () => {
    expect(await tryPod({ privileged: true })).toContain(`violates PodSecurity "${level}:latest"`);
    const plain = await tryPod({});
    expect(plain === "taken").toBe(level === "baseline");
  });

  it("has nothing to complain about", async () => {
    const ran = await isthmus(["check", "-f", file]);
    expect(ran.out).toContain("nothing is wrong");
    expect(ran.code).toBe(0);
  });

  it("names the agent that is gone before the pods that do not start, and is healed by the printed fix", async () => {
    const [namespace, name, kind, object] = agent as [string, string, string, string];
    await kubectl("west", [namespace, name, "delete", kind, object]);
    await kubectl("west", ["-n", "sample", "delete", "pods", "--all"]);
    const ran = await isthmus(["check", "-f", file]);
    const causes = [...ran.out.matchAll(/^× (ISM\d+) .*$/gm)].map(([, code]) => code);
    expect(causes).toEqual(["ISM455"]);
    expect(ran.out).toMatch(/ISM797/);
    const fix = /^ +isthmus (apply .*)$/m.exec(ran.out)?.[1]?.split(" ") ?? [];
    expect((await isthmus([...fix, "--yes"])).code).toBe(0);
    expect((await isthmus(["check", "-f", file])).code).toBe(0);
  });
});

it("lets sidecars redirect by themselves where everything is allowed", async () => {
  const file = writeMeshFile(freshFolder(), (text) =>
    text.replace("spec:\n", "spec:\n  hardening: { podSecurity: privileged }\n"),
  );
  const ran = await isthmus(["apply", "-f", file, "--yes"]);
  expect(ran.err).not.toContain("error[");
  expect(ran.code).toBe(0);
  expect(await tryPod({ privileged: true })).toBe("taken");
  const pods = await kubectl("west", ["-n", "sample", "get", "pods", "-o", "yaml"]);
  expect(pods.out).toContain("name: istio-init");
  expect((await isthmus(["check", "-f", file])).code).toBe(0);
});

it.each(["baseline", "restricted"] as const)("refuses the pods that validate names, under %s", async (level) => {
  const namespace = `standard-${level}`;
  const labels = { "pod-security.kubernetes.io/enforce": level };
  await kubectl(
    "west",
    ["apply", "-f", "-"],
    JSON.stringify({ apiVersion: "v1", kind: "Namespace", metadata: { name: namespace, labels } }),
  );
  // Few of them are right in all fields at once: as many of those as there are, beside others.
  const specs = fc.sample(podSpec, { numRuns: 20_000, seed: 13 });
  const fine = specs.filter((spec) => refusedBy(level, spec).length === 0).slice(0, 60);
  const others = specs.filter((spec) => refusedBy(level, spec).length > 0).slice(0, 140);
  const pods = [...fine, ...others].map((spec, index) => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: `pod-${index}`, namespace },
    spec,
  }));
  const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: pods });
  const ran = await kubectl("west", ["create", "--dry-run=server", "-o", "name", "-f", "-"], list);
  const taken = new Set([...ran.out.matchAll(/^pod\/(.+)$/gm)].map(([, name]) => name));
  const other = pods.filter(({ metadata, spec }) => (refusedBy(level, spec).length === 0) !== taken.has(metadata.name));
  expect(other.map(({ spec }) => [spec, refusedBy(level, spec)])).toEqual([]);
  expect(taken.size).toBeGreaterThan(10);
  await kubectl("west", ["delete", "namespace", namespace, "--wait=false"]);
});
