import { describe, expect, it } from "vitest";
import type { EngineParts } from "../engine/parts.ts";
import { programs } from "../engine/parts.ts";
import { clusterFolder } from "./cluster-folder.ts";
import { renderComponentFiles, renderPodNetwork } from "./component-files.ts";
import { componentNames, planComponents, programComponents } from "./components.ts";
import type { ClusterNodeConfig } from "./node-config.ts";

const folder = clusterFolder("/state/my sandbox/clusters/west");
const engine: EngineParts = {
  key: "k",
  dir: "/cache/engine/k",
  programs: Object.fromEntries(
    programs.map((name) => [name, `/cache/engine/k/bin/${name}`]),
  ) as EngineParts["programs"],
  chartsDir: "/cache/engine/k/charts",
  cniDir: "/cache/engine/k/cni",
  containerdRoot: "/cache/engine/k/containerd",
  images: {
    pause: "registry.k8s.io/pause:3.10",
    coredns: "coredns:1",
    pilot: "pilot:1",
    proxyv2: "proxyv2:1",
    helloworld: "hello:1",
  },
  versions: { kubernetes: "1.36.3", istio: "1.31.0", envoy: "1.40.0", coredns: "1.15.0" },
};
const config: ClusterNodeConfig = {
  role: "node",
  version: 1,
  instance: "try",
  cluster: "west",
  node: "west-node",
  region: "eu-west",
  zone: "eu-west-a",
  nodeAddress: "172.30.0.11",
  loadBalancerRange: "172.30.1.0/24",
  podRange: "10.44.0.0/16",
  flatPodRanges: ["10.45.0.0/16"],
  cgroup: "isthmus-try.west",
  engine,
};

const files = new Map(renderComponentFiles(folder, config));

function parse(name: string): Record<string, unknown> {
  return JSON.parse(files.get(`${folder.dir}/${name}`) ?? "") as Record<string, unknown>;
}

describe("renderComponentFiles", () => {
  it("keeps every file below the cluster's folder", () => {
    expect([...files.keys()].filter((file) => !file.startsWith(`${folder.dir}/`))).toEqual([]);
  });

  it("puts pods into the sandbox's own cgroup and their logs into its own folder", () => {
    expect(parse("config/kubelet.json")).toMatchObject({
      cgroupRoot: "/isthmus-try.west",
      podLogsDir: folder.podLogs,
      failCgroupV1: false,
      failSwapOn: false,
      authentication: { anonymous: { enabled: false } },
    });
  });

  it("gives containerd a root of its own and the engine's runc, quoted for TOML", () => {
    const text = files.get(`${folder.dir}/config/containerd.toml`) ?? "";
    expect(text).toContain('root = "/state/my sandbox/clusters/west/containerd"');
    expect(text).toContain('BinaryName = "/cache/engine/k/bin/runc"');
    expect(text).toContain('sandbox_image = "registry.k8s.io/pause:3.10"');
    expect(text).toContain("restrict_oom_score_adj = true");
  });

  it("routes every pod, so that no bridge carries traffic that kube-proxy does not see", () => {
    expect((JSON.parse(renderPodNetwork(folder, config)) as Record<string, unknown>)["plugins"]).toMatchObject([
      { type: "ptp", ipMasq: false, ipam: { ranges: [[{ subnet: "10.44.0.0/24" }]], dataDir: folder.addresses } },
      { type: "portmap" },
    ]);
  });

  it("leaves the machine's connection table alone", () => {
    expect(parse("config/kube-proxy.json")).toMatchObject({ mode: "nftables", conntrack: { maxPerCore: 0 } });
  });
});

describe("planComponents", () => {
  const components = planComponents(folder, config);
  const args = (name: string): readonly string[] => components.find((one) => one.name === name)?.args ?? [];

  it("runs every program from the engine", () => {
    expect(components.map((one) => one.program)).toEqual(programComponents.map((name) => engine.programs[name]));
  });

  it("starts the kubelet with the cluster's region and zone", () => {
    expect(args("kubelet")).toContain(
      "--node-labels=topology.kubernetes.io/region=eu-west,topology.kubernetes.io/zone=eu-west-a",
    );
  });

  it("gives node and pods addresses of the cluster's own range", () => {
    expect(args("kube-controller-manager")).toContain("--cluster-cidr=10.44.0.0/16");
    expect(parse("config/kube-proxy.json")).toMatchObject({ clusterCIDR: "10.44.0.0/16" });
  });

  it("lets nobody in without a certificate", () => {
    expect(args("kube-apiserver")).toContain("--anonymous-auth=false");
    expect(args("kube-apiserver").some((one) => one.startsWith("--token-auth-file"))).toBe(false);
  });

  it("keeps everything but the API server and the kubelet on the node's own loopback", () => {
    for (const name of ["kube-controller-manager", "kube-scheduler"]) {
      expect(args(name)).toContain("--bind-address=127.0.0.1");
    }
    expect(args("etcd").filter((one) => one.startsWith("http") && !one.startsWith("http://127.0.0.1:"))).toEqual([]);
  });

  it("enforces network policies for its own pods, with Services where the API server has them", () => {
    const range = args("kube-apiserver").find((one) => one.startsWith("--service-cluster-ip-range="));
    expect(args("kube-router")).toEqual(expect.arrayContaining(["--node=west-node", range]));
  });

  it("has a log for every program and for the parts of the supervisor", () => {
    expect(componentNames).toEqual([...programComponents, "load-balancer", "coredns", "supervisor"]);
  });
});
