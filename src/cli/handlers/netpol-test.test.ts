import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { putPolicy, putPolicyWorld } from "../testing/put-policies.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"]);
  putPolicyWorld(world);
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
