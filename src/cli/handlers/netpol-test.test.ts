import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Json } from "../../core/model/kube-object.ts";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { putPolicy, putPolicyWorld, runningPod } from "../testing/put-policies.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"]);
  putPolicyWorld(world);
  await editMesh(
    world,
    (text) =>
      `${text}  services:
    - name: helloworld
      namespace: sample
      port: 80
      manifests: helloworld.yaml
      versions: { v1: { clusters: [west] }, v2: { clusters: [east] } }
`,
  );
});

afterEach(async () => {
  await world.close();
});

const toService = "--to sample/helloworld --port 80";

describe("isthmus netpol test", () => {
  it("says yes for a Service, by every hop to each of its pods in all clusters", async () => {
    const { out, code } = await world.run(`netpol test --from west/sample/curl ${toService}`);
    expect(out.trimEnd().split("\n")).toEqual([
      "√ yes  sample/curl-6b7d9-west of west → sample/helloworld, TCP 80",
      "√ sample/helloworld-v1-5c8d-x of west",
      "    west: sample/curl-6b7d9-west → sample/helloworld-v1-5c8d-x, TCP 5000",
      "      √ out  no policy selects it",
      "      √ in   no policy selects it",
      "√ sample/helloworld-v2-5c8d-x of east",
      "    west: sample/curl-6b7d9-west → the east-west gateway of east at 203.0.113.2, TCP 15443",
      "      √ out  no policy selects it",
      "    east: other networks, from an address that is not known → istio-system/istio-eastwestgateway-77f-east, TCP 15443",
      "      √ in   no policy selects it",
      "    east: istio-system/istio-eastwestgateway-77f-east → sample/helloworld-v2-5c8d-x, TCP 5000",
      "      √ out  no policy selects it",
      "      √ in   sample/only-the-gateway, rule 1",
      "  Policies see the pods' port 5000, never the Service's 80.",
    ]);
    expect(code).toBe(0);
  });

  it("says no where a policy closes the only way, and names it", async () => {
    const { out, code } = await world.run(
      "netpol test --cluster east --from sample/curl --to sample/helloworld-v2 --port 5000",
    );
    expect(out).toContain("× no  sample/curl-6b7d9-east of east → sample/helloworld-v2-5c8d-x, TCP 5000");
    expect(out).toContain("× in   sample/only-the-gateway: none of its rules admits it");
    expect(code).toBe(3);
  });

  it("tells which ways are closed where others are open", async () => {
    putPolicy(world.servers["west"], ["sample", "deny-out"], {
      podSelector: {},
      policyTypes: ["Egress"],
      egress: [{ to: [{ podSelector: {} }] }],
    });
    const { out, code } = await world.run(`netpol test --from west/sample/curl ${toService} -o json`);
    const { answer, paths } = JSON.parse(out) as {
      readonly answer: string;
      readonly paths: readonly {
        readonly cluster: string;
        readonly open: boolean;
        readonly hops: readonly { readonly cluster: string; readonly families: readonly object[] }[];
      }[];
    };
    expect([answer, code]).toEqual(["partly", 3]);
    expect(paths.map(({ cluster, open }) => [cluster, open])).toEqual([
      ["west", true],
      ["east", false],
    ]);
    expect(paths[0]?.hops[0]?.families).toEqual([
      {
        family: "IPv4",
        open: true,
        egress: {
          open: true,
          isolating: ["sample/deny-out"],
          admitting: [{ policy: "sample/deny-out", rule: 1 }],
        },
        ingress: { open: true, isolating: [], admitting: [] },
      },
    ]);
    expect(paths[1]?.hops[0]?.families[0]).toMatchObject({
      egress: { open: false, isolating: ["sample/deny-out"], admitting: [] },
    });
  });

  it("knows a Service by its address, and judges an address of nobody by the way out alone", async () => {
    const service = await world.run("netpol test --from west/sample/curl --to 10.90.0.1 --port 80");
    expect(service.out).toContain("√ sample/helloworld-v2-5c8d-x of east");
    const outside = await world.run("netpol test --from west/sample/curl --to 198.51.100.7 --port 53 --protocol UDP");
    expect(outside.out).toContain("west: sample/curl-6b7d9-west → 198.51.100.7, UDP 53");
    expect(outside.code).toBe(0);
  });

  it.each([
    [
      "from a pod without a sidecar, whose node leads it",
      async () => Promise.resolve(),
      "tools/tool --to sample/helloworld",
      "tools/tool-5f6c7-west has no sidecar, without which no request goes to another cluster",
    ],
    [
      "that the mesh file does not export",
      async () => editMesh(world, (text) => text.replace("port: 80", "port: 80\n      export: false")),
      "sample/curl --to sample/helloworld",
      "the mesh file has export: false for sample/helloworld",
    ],
    [
      "that is none of the mesh file",
      async () => editMesh(world, (text) => text.replace("name: helloworld", "name: other")),
      "sample/curl --to sample/helloworld",
      "sample/helloworld is no service of the mesh file",
    ],
    [
      "that is headless",
      async () => {
        world.servers["west"]?.put({
          apiVersion: "v1",
          kind: "Service",
          metadata: { namespace: "sample", name: "helloworld" },
          spec: { clusterIP: "None", selector: { app: "helloworld" }, ports: [{ port: 80, targetPort: 5000 }] },
        });
        return Promise.resolve();
      },
      "sample/curl --to sample/helloworld",
      "sample/helloworld is headless, and DNS has the pods of west alone",
    ],
    [
      "by an address outside, which nodes lead to their own cluster's pods",
      async () => Promise.resolve(),
      "sample/curl --to 192.0.2.1",
      "192.0.2.1 leads to pods of west alone",
    ],
  ])("asks for pods of its own cluster alone to a Service %s", async (_, change, ends, why) => {
    await change();
    const { out, code } = await world.run(`netpol test --from west/${ends} --port 80`);
    expect(out).toMatch(/^√ yes/);
    expect(out).toContain("√ sample/helloworld-v1-5c8d-x of west");
    expect(out).not.toContain("east-west gateway");
    expect(out).toContain(`  Its pods of east do not count: ${why}.`);
    expect(code).toBe(0);
    await world.servers["east"]?.close();
    const alone = await world.run(`netpol test --from west/${ends} --port 80`);
    expect([alone.out.includes("does not answer"), alone.code]).toEqual([false, 0]);
  });

  it("says what is behind the Service where all of its pods are in other clusters", async () => {
    world.servers["west"]?.put({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { namespace: "sample", name: "helloworld-v1-5c8d-x", labels: { app: "helloworld" } },
      status: { phase: "Succeeded" },
    });
    const { err, code } = await world.run("netpol test --from west/tools/tool --to sample/helloworld --port 80");
    const words = err.replaceAll(/\s+/g, " ");
    expect(words).toContain("No running pod in west is behind port 80/TCP of Service sample/helloworld.");
    expect(words).toContain("Its pods of east do not count: tools/tool-5f6c7-west has no sidecar");
    expect(code).toBe(64);
  });

  it("has no way for a pod without a sidecar to a pod of another network", async () => {
    const { out, code } = await world.run(
      "netpol test --from west/tools/tool --to east/sample/helloworld-v2 --port 5000",
    );
    expect(out).toContain("× no");
    expect(out).toContain(
      "tools/tool-5f6c7-west has no sidecar, and the east-west gateway takes mTLS of the mesh alone.",
    );
    expect(code).toBe(3);
  });

  describe("of several pods of one name", () => {
    const named = (name: string, address: string): void => {
      world.servers["west"]?.put(
        runningPod(["tools", name], { labels: { app: "web", "config-hash": name.slice(-1) }, address, port: 5000 }),
      );
    };

    beforeEach(() => {
      named("web-a", "10.1.0.21");
      named("web-b", "10.1.1.22");
    });

    it("says yes where it holds for all of them, once", async () => {
      const { out, code } = await world.run("netpol test --from west/tools/tool --to tools/web --port 5000");
      expect(out).toContain("√ yes  tools/tool-5f6c7-west of west → tools/web, TCP 5000");
      expect(out).toContain("√ tools/web-a of west and 1 more like it");
      expect(code).toBe(0);
    });

    it.each([
      ["a hash", { podSelector: { matchLabels: { "config-hash": "b" } } }],
      [
        "an address",
        {
          podSelector: { matchLabels: { app: "tool" } },
          policyTypes: ["Egress"],
          egress: [{ to: [{ ipBlock: { cidr: "10.1.0.0/24" } }] }],
        },
      ],
    ])("says which of them %s closes", async (_, spec) => {
      putPolicy(world.servers["west"], ["tools", "some"], spec);
      const { out, code } = await world.run("netpol test --from west/tools/tool --to tools/web --port 5000");
      expect(out).toContain("× in part  tools/tool-5f6c7-west of west → tools/web, TCP 5000");
      expect(out).toContain("√ tools/web-a of west\n");
      expect(out).toContain("× tools/web-b of west\n");
      expect(code).toBe(3);
    });

    it("says which of those that connect get through", async () => {
      putPolicy(world.servers["west"], ["sample", "some"], {
        podSelector: { matchLabels: { app: "helloworld" } },
        ingress: [
          {
            from: [{ namespaceSelector: {}, podSelector: { matchLabels: { "config-hash": "a" } } }],
          },
        ],
      });
      const asked = "netpol test --from west/tools/web --to sample/helloworld-v1 --port 5000";
      const { out, code } = await world.run(asked);
      expect(out).toContain("× in part  tools/web of west → sample/helloworld-v1-5c8d-x, TCP 5000");
      expect(out).toContain("√ tools/web-a → sample/helloworld-v1-5c8d-x of west");
      expect(out).toContain("× tools/web-b → sample/helloworld-v1-5c8d-x of west");
      expect(code).toBe(3);
      const { paths } = JSON.parse((await world.run(`${asked} -o json`)).out) as { readonly paths: readonly object[] };
      expect(paths).toMatchObject([
        { from: "tools/web-a", open: true },
        { from: "tools/web-b", open: false },
      ]);
    });
  });

  it("judges the pods of one cluster where the Service of another one selects none, and says so", async () => {
    world.servers["east"]?.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "sample", name: "helloworld" },
      spec: { clusterIP: "10.91.0.1", ports: [{ port: 80 }] },
    });
    const { out, code } = await world.run(`netpol test --from west/sample/curl ${toService}`);
    expect(out).toContain("√ sample/helloworld-v1-5c8d-x of west");
    expect(out).toContain("Service sample/helloworld of east has no selector");
    expect(code).toBe(0);
  });

  it.each([
    [
      "without a selector",
      { clusterIP: "10.90.0.9", ports: [{ port: 80, targetPort: 8080 }] },
      "Service tools/other of west has no selector",
      "one of the addresses of its EndpointSlices",
    ],
    [
      "that is a name of another Service",
      { type: "ExternalName", externalName: "helloworld.sample.svc.cluster.local" },
      "Service tools/other of west is a name for helloworld.sample.svc.cluster.local (ExternalName)",
      "--to sample/helloworld",
    ],
    [
      "that is a name outside",
      { type: "ExternalName", externalName: "db.example.com", ports: [{ port: 80 }] },
      "Service tools/other of west is a name for db.example.com (ExternalName)",
      "--to ADDRESS",
    ],
  ])("says what a Service %s is", async (_, spec, words, fix) => {
    world.servers["west"]?.put({
      apiVersion: "v1",
      kind: "Service",
      metadata: { namespace: "tools", name: "other" },
      spec,
    });
    const { err, code } = await world.run("netpol test --from west/tools/tool --to tools/other --port 80");
    expect(err.replaceAll(/\s+/g, " ")).toContain(words);
    expect(err.replaceAll(/\s+/g, " ")).toContain(fix);
    expect(code).toBe(64);
  });

  describe("to an address of a load balancer of the pod's own cluster", () => {
    const toBalancer = "netpol test --from west/tools/tool --to 192.0.2.1";
    const onlyTo = (to: Json): void =>
      putPolicy(world.servers["west"], ["tools", "out"], {
        podSelector: {},
        policyTypes: ["Egress"],
        egress: [{ to: [to] }],
      });

    it("says no where policies admit the address, and not the pods that it leads to", async () => {
      onlyTo({ ipBlock: { cidr: "192.0.2.0/24" } });
      const { out, code } = await world.run(`${toBalancer} --port 80`);
      expect(out).toContain("× no  tools/tool-5f6c7-west of west → 192.0.2.1, TCP 80");
      expect(out).toContain("west: tools/tool-5f6c7-west → sample/helloworld-v1-5c8d-x, TCP 5000");
      expect(out).toContain("× out  tools/out: none of its rules admits it");
      expect(out).toContain(
        "192.0.2.1 is Service sample/helloworld: the node leads connections to its pods before policies see them.",
      );
      expect(code).toBe(3);
    });

    it("says yes where they admit the pods, and not the address", async () => {
      onlyTo({
        namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "sample" } },
        podSelector: { matchLabels: { app: "helloworld" } },
      });
      const { out, code } = await world.run(`${toBalancer} --port 80`);
      expect(out).toContain("√ out  tools/out, rule 1");
      expect(code).toBe(0);
    });

    it("judges the address at ports that the Service does not have, and those of other clusters", async () => {
      onlyTo({ ipBlock: { cidr: "192.0.2.1/32" } });
      const { out, code } = await world.run(`${toBalancer} --port 6443`);
      expect(out).toContain("west: tools/tool-5f6c7-west → 192.0.2.1, TCP 6443");
      expect(code).toBe(0);
      const far = await world.run("netpol test --from west/tools/tool --to 192.0.2.2 --port 80");
      expect(far.out).toContain("west: tools/tool-5f6c7-west → 192.0.2.2, TCP 80");
      expect(far.code).toBe(3);
    });
  });

  it("does not know it where a gateway admits blocks of addresses, and those of other networks are not known", async () => {
    const admit = (from: Json): void =>
      putPolicy(world.servers["east"], ["istio-system", "door"], {
        podSelector: { matchLabels: { istio: "eastwestgateway" } },
        policyTypes: ["Ingress"],
        ingress: [{ from: [from] }],
      });
    admit({ ipBlock: { cidr: "192.0.2.0/24" } });
    const { out, code } = await world.run(`netpol test --from west/sample/curl ${toService}`);
    expect(out).toContain("? not known  sample/curl-6b7d9-west of west → sample/helloworld, TCP 80");
    expect(out).toContain("√ sample/helloworld-v1-5c8d-x of west");
    expect(out).toContain("? sample/helloworld-v2-5c8d-x of east");
    expect(out).toContain("? in   istio-system/door, rule 1, if the address is in its blocks: it is not known");
    expect(code).toBe(3);
    const { out: json } = await world.run(`netpol test --from west/sample/curl ${toService} -o json`);
    const { answer, paths } = JSON.parse(json) as { readonly answer: string; readonly paths: readonly object[] };
    expect(answer).toBe("unknown");
    expect(paths).toMatchObject([{ open: true }, { open: true, unsure: true, hops: [{}, { unsure: true }, {}] }]);
    admit({ ipBlock: { cidr: "0.0.0.0/0" } });
    expect((await world.run(`netpol test --from west/sample/curl ${toService}`)).code).toBe(0);
  });

  it("does not call it a yes where policies of other kinds may decide, and names them", async () => {
    const kind = { apiVersion: "cilium.io/v2", kind: "CiliumNetworkPolicy" };
    const other = await startFakeClusters(["west", "east"], {
      kinds: [{ ...kind, plural: "ciliumnetworkpolicies", namespaced: true }],
    });
    putPolicyWorld(other);
    other.servers["west"]?.put({ ...kind, metadata: { namespace: "sample", name: "deny" } });
    other.servers["west"]?.put({ ...kind, metadata: { namespace: "shop", name: "elsewhere" } });
    const { out, code } = await other.run(
      "netpol test --from west/sample/curl --to west/sample/helloworld-v1 --port 5000",
    );
    await other.close();
    expect(out).toContain("? not known  sample/curl-6b7d9-west of west");
    expect(out).toContain(
      "? west has policies that isthmus cannot judge, which may decide otherwise: CiliumNetworkPolicy sample/deny",
    );
    expect(code).toBe(3);
  });

  it.each([
    [
      "a pod of several clusters",
      `--from sample/curl ${toService}`,
      "ISM554",
      "west/sample/curl-6b7d9-west or east/sample/curl-6b7d9-east",
    ],
    [
      "a pod that is not there",
      `--cluster west --from sample/crul ${toService}`,
      "ISM553",
      "No pod sample/crul is in west",
    ],
    ["a text that names nothing", `--from curl ${toService}`, "ISM553", "NAMESPACE/POD"],
    [
      "a port that the Service does not have",
      "--from west/sample/curl --to sample/helloworld --port 81",
      "ISM555",
      "It has 80/TCP",
    ],
    ["no port", "--from west/sample/curl --to sample/helloworld", "ISM557", "--port N"],
    ["a cluster that is none", `--cluster wset --from sample/curl ${toService}`, "ISM050", "Did you mean west?"],
  ])("refuses %s", async (_, args, errorCode, words) => {
    const { err, code } = await world.run(`netpol test ${args}`);
    expect(err).toContain(errorCode);
    expect(err).toContain(words);
    expect(code).toBe(64);
  });

  it("judges what it can where a cluster does not answer, and says what is missing", async () => {
    await world.servers["east"]?.close();
    const { out, code } = await world.run(`netpol test --from west/sample/curl ${toService}`);
    expect(out).toContain("√ sample/helloworld-v1-5c8d-x of west");
    expect(out).toContain("× east does not answer, the ways there are not judged");
    expect(code).toBe(69);
    const local = await world.run("netpol test --from sample/curl --to west/sample/helloworld-v1 --port 5000");
    expect(local.code).toBe(0);
  });
});
