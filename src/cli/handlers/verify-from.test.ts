import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import type { Taker } from "../testing/fake-probe.ts";
import { injectSidecar, probeAnswers, sidecarImage } from "../testing/fake-probe.ts";
import { endpointSlices, runEastWest, runIngress, runPod } from "../testing/fake-service.ts";

let world: FakeClusters;
let admit: (object: WireObject) => WireObject | { readonly refused: string };
let take: (number: number) => Taker;
let asked: string[];

/** Two clusters with a service that no route leads to, and a caller in west. */
beforeEach(async () => {
  admit = injectSidecar;
  take = () => "";
  asked = [];
  const answers = probeAnswers(
    () => ({ "": ["10.42.0.6:5000"], v1: ["10.42.0.6:5000"] }),
    (number) => take(number),
  );
  world = await startFakeClusters(["west", "east"], {
    living: true,
    kinds: [endpointSlices],
    admit: (object) => admit(object),
    podResponse: (path, port) => {
      asked.push(path);
      return answers(path, port);
    },
  });
  await editMesh(world, (text) => text.replace(/ +routes:(\n {8}.*)+/, ""));
  runPod(world.servers["west"], "v1", "10.42.0.6");
  runEastWest(world.servers["west"], "172.30.1.2");
  runIngress(world.servers["west"]);
  run({ containers: [{ name: "client" }, { name: "istio-proxy", image: sidecarImage }] });
});

afterEach(async () => {
  await world.close();
});

function run(spec: object, phase = "Running", cluster = "west", name = "client-1"): void {
  world.servers[cluster]?.put({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name, namespace: "shop", labels: { app: "client" } },
    spec,
    status: { phase },
  });
}

/** The changes that were asked of a cluster, with what they carry. */
function written(cluster: string): readonly { readonly url: string; readonly body: string }[] {
  const { requests = [] } = world.servers[cluster] ?? {};
  return requests.filter(({ method, url }) => method !== "GET" && !url.includes("selfsubject"));
}

const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

describe("verify --from", () => {
  it("asks from that pod alone, through a container that is added to it, and ends it", async () => {
    const ran = await world.run("verify --from shop/client-1");
    expect(ran.out).toBe(
      [
        "√ west  sample/helloworld, no route, from pod shop/client-1, http://helloworld.sample.svc.cluster.local:5000/",
        "    endpoints v1: 10.42.0.6:5000",
        "    10 of 10 requests answered",
        "√ verified",
        "",
      ].join("\n"),
    );
    expect(ran.code).toBe(0);
    const [added, ...more] = written("west");
    expect(more).toEqual([]);
    expect(added?.url).toContain("/namespaces/shop/pods/client-1/ephemeralcontainers?fieldManager=isthmus");
    expect(added?.body).toContain(`"image":"${sidecarImage}"`);
    expect(written("east")).toEqual([]);
    const json = JSON.parse((await world.run("verify --from shop/client-1 -o json")).out) as object;
    expect(json).toMatchObject({ ok: true, proofs: [{ via: "mesh", from: "shop/client-1", cluster: "west" }] });
  });

  it("fails where a policy refuses this caller, since it is this one that was named", async () => {
    take = () => ({ status: 403, text: "RBAC: access denied" });
    const ran = await world.run("verify --from shop/client-1");
    expect([ran.code, ran.out.includes("× 1 of 1 proofs failed")]).toEqual([3, true]);
    expect(flat(ran.err)).toContain("From pod shop/client-1 of west, of 10 requests");
    expect(flat(ran.err)).toContain("A policy of the mesh denies the request.");
  });

  it("asks beside another run that adds its container to the pod at the same moment", async () => {
    const others = [{ name: "isthmus-probe-other", image: sidecarImage }];
    const containers = [{ name: "client" }, { name: "istio-proxy", image: sidecarImage }];
    admit = (object) => {
      const { ephemeralContainers = [] } = object["spec"] as { readonly ephemeralContainers?: readonly WireObject[] };
      const isWhole = JSON.stringify(ephemeralContainers).includes("isthmus-probe-other");
      if (object.kind !== "Pod" || object.metadata.name !== "client-1" || isWhole) {
        return injectSidecar(object);
      }
      // The other run has been quicker: from now on an apply that does not name its container would remove it.
      admit = (one) => injectSidecar(one);
      run({ containers, ephemeralContainers: others });
      return { refused: "existing ephemeral containers may not be removed" };
    };
    const ran = await world.run("verify --from shop/client-1");
    expect([ran.code, ran.out]).toEqual([0, expect.stringContaining("√ verified")]);
    const sent = written("west").filter(({ url }) => url.includes("/ephemeralcontainers"));
    expect(sent.map(({ body }) => body.includes("isthmus-probe-other"))).toEqual([false, true]);
  });

  it("is not proven where the container is refused, or ends, with the reason", async () => {
    admit = (object) => (object.kind === "Pod" ? { refused: "violates PodSecurity" } : object);
    const refused = await world.run("verify --from shop/client-1");
    expect([refused.code, refused.out.includes("? 1 not proven")]).toEqual([3, true]);
    expect(flat(refused.err)).toContain("patch pods/ephemeralcontainers");
    admit = (object) => {
      const admitted = injectSidecar(object);
      const { ephemeralContainers = [] } = object["spec"] as { readonly ephemeralContainers?: readonly WireObject[] };
      const state = { terminated: { reason: "Error", exitCode: 1 } };
      const ephemeralContainerStatuses = ephemeralContainers.map(({ name }) => ({ name, state }));
      return object.kind === "Pod" ? { ...admitted, status: { ephemeralContainerStatuses } } : admitted;
    };
    const ended = await world.run("verify --from shop/client-1");
    expect([asked.includes("/quitquitquit"), ended.err.includes("ISM786")]).toEqual([false, false]);
    expect(flat(ended.err)).toMatch(
      /Nothing was asked from pod shop\/client-1 of west: container isthmus-probe-\w+ ended \(Error: exit code 1\)/,
    );
  });
});

describe("a probe whose start is hindered", () => {
  it("is ended as soon as its apply was sent, and named where it cannot be", async () => {
    const refused = (times: number): void => {
      let applied = false;
      world.servers["west"]?.inject(
        { kind: "status", status: 403 },
        {
          times,
          matches: ({ method, url }) => {
            applied ||= method === "PATCH";
            return applied && method === "GET" && url.includes("/pods/client-1");
          },
        },
      );
    };
    refused(1);
    const hindered = await world.run("verify --from shop/client-1");
    expect([hindered.code, asked.includes("/quitquitquit")]).toEqual([3, true]);
    expect(hindered.err).not.toContain("ISM786");
    asked = [];
    refused(50);
    const left = await world.run("verify --from shop/client-1");
    expect([left.code, asked.includes("/quitquitquit")]).toEqual([3, false]);
    expect(flat(left.err)).toMatch(/ISM786.*Container isthmus-probe-\w+ of pod shop\/client-1 in west was not ended/);
    world.servers["west"]?.mend();
  });

  it("is ended where Ctrl-C comes while its apply is on its way", async () => {
    const stop = new AbortController();
    world.servers["west"]?.inject(
      { kind: "latency", milliseconds: 300 },
      {
        matches: ({ method, url }) => {
          const isApplied = method === "PATCH" && url.includes("/ephemeralcontainers");
          if (isApplied) {
            stop.abort();
          }
          return isApplied;
        },
      },
    );
    await world.run("verify --from shop/client-1", { signal: stop.signal });
    expect(asked).toEqual(["/quitquitquit"]);
  });

  it("is not looked for where its apply was refused", async () => {
    admit = (object) => (object.kind === "Pod" ? { refused: "violates PodSecurity" } : object);
    const refused = await world.run("verify --from shop/client-1");
    expect([refused.code, refused.err.includes("ISM786"), asked]).toEqual([3, false, []]);
  });
});

describe("a cluster that cannot be looked into", () => {
  const refuse = (cluster: string, at: string): void =>
    world.servers[cluster]?.inject(
      { kind: "status", status: 403 },
      { times: 50, matches: ({ url }) => url.includes(at) },
    );
  const cut = (cluster: string, at: string): void =>
    world.servers[cluster]?.inject({ kind: "reset" }, { times: 500, matches: ({ url }) => url.includes(at) });

  it("is named, and the pod in the other one asks", async () => {
    const cases: readonly (readonly [() => void, string, string])[] = [
      [() => refuse("east", "/pods/client-1"), "? 1 not proven", "Whether east has a pod shop/client-1 is not known"],
      [() => cut("east", "/pods/client-1"), "× east", "east"],
      [() => refuse("east", "/sample/pods"), "? 1 not proven", "What east runs of sample/helloworld is not known"],
    ];
    for (const [hinder, shown, said] of cases) {
      hinder();
      const ran = await world.run("verify --from shop/client-1");
      expect([ran.code, ran.out, flat(ran.err)]).toEqual([
        3,
        expect.stringContaining(shown),
        expect.stringContaining(said),
      ]);
      expect(ran.out).toContain("10 of 10 requests answered");
      expect(ran.err).not.toContain("bug in isthmus");
      world.servers["east"]?.mend();
    }
  });

  it("is named where the others do not have the pod", async () => {
    refuse("east", "/pods/client-2");
    const refused = await world.run("verify --from shop/client-2");
    expect([refused.code, flat(refused.err)]).toEqual([
      3,
      expect.stringContaining("no pod shop/client-2 in west. Not known of east: nobody could look there."),
    ]);
    await world.servers["east"]?.close();
    const dead = await world.run("verify --from shop/client-2");
    expect([dead.code, flat(dead.err)]).toEqual([3, expect.stringContaining("Not known of east")]);
    expect(dead.err.match(/error\[ISM\d+\]/g)).toHaveLength(2);
  });

  it("is that of an unfit pod of the same name, which leaves its cluster not proven", async () => {
    run({ containers: [{ name: "istio-proxy", image: "x" }] }, "Pending", "east");
    const ran = await world.run("verify --from shop/client-1");
    expect([ran.code, ran.out]).toEqual([3, expect.stringContaining("10 of 10 requests answered")]);
    expect(ran.out).toContain("? 1 not proven");
    expect(flat(ran.err)).toContain("warning[ISM785]");
    expect(flat(ran.err)).toContain("Nothing was asked from pod shop/client-1 of east: it is Pending");
    expect(written("east")).toEqual([]);
  });
});

describe("a pod that cannot ask", () => {
  it("is named with the reason, and nothing is written", async () => {
    const cases: readonly (readonly [object, string, string])[] = [
      [{ containers: [{ name: "client" }] }, "Running", "it has no sidecar"],
      [{ containers: [{ name: "istio-proxy", image: "x" }] }, "Pending", "it is Pending"],
      [{ containers: [{ name: "istio-proxy", image: "x", args: ["proxy", "router"] }] }, "Running", "is a gateway"],
    ];
    for (const [spec, phase, reason] of cases) {
      run(spec, phase);
      const ran = await world.run("verify --from shop/client-1");
      expect([ran.code, ran.err.includes("error[ISM785]")]).toEqual([3, true]);
      expect(flat(ran.err)).toContain(reason);
    }
    expect(written("west")).toEqual([]);
  });

  it("is told where no cluster has it, and where its name is none", async () => {
    const absent = await world.run("verify --from shop/client-2");
    expect([absent.code, flat(absent.err)]).toEqual([
      3,
      expect.stringContaining("There is no pod shop/client-2 in west, east."),
    ]);
    const wrong = await world.run("verify --from client-1");
    expect([wrong.code, wrong.err.includes("NAMESPACE/POD")]).toEqual([64, true]);
    const both = await world.run("verify --from shop/client-1 --no-probe-pod");
    expect([both.code, both.err.includes("Leave out one of them")]).toEqual([64, true]);
  });

  it("is told where all that is meant is for ingress gateways", async () => {
    await editMesh(world, (text) =>
      text.replace(
        /( +)versions:/,
        '$1routes: [{ name: out, gateway: front, hosts: ["*"], weights: { v1: 100 } }]\n$1versions:',
      ),
    );
    const ran = await world.run("verify --from shop/client-1");
    expect([ran.code, flat(ran.err)]).toEqual([64, expect.stringContaining("for callers inside the mesh")]);
  });

  it("is told where its cluster has nothing of what is meant", async () => {
    await editMesh(world, (text) =>
      text.replace(/ +versions:[^]*/, "      export: false\n      versions: { v1: { clusters: [west] } }\n"),
    );
    run({ containers: [{ name: "istio-proxy", image: sidecarImage }] }, "Running", "east", "client-9");
    const ran = await world.run("verify --from shop/client-9");
    expect([ran.code, flat(ran.err)]).toEqual([
      3,
      expect.stringContaining("east, where the pod is, has by the mesh file none of the routes and services"),
    ]);
  });
});
