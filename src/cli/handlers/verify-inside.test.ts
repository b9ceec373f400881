import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { markProcess } from "../../files/process-mark.ts";
import type { WireObject } from "../../kube/fake/fake-store.ts";
import { editMesh } from "../testing/edit-mesh.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { giveTwoVersions, startFakeClusters } from "../testing/fake-clusters.ts";
import type { Taker } from "../testing/fake-probe.ts";
import { injectSidecar, probeAnswers, sidecarImage } from "../testing/fake-probe.ts";
import { endpointSlices, runEastWest, runIngress, runPod } from "../testing/fake-service.ts";

let world: FakeClusters;
let admit: (object: WireObject) => WireObject | { readonly refused: string };
let take: (number: number) => Taker;

let endpoints: Readonly<Record<string, readonly string[]>>;

/** One cluster with a service that no route leads to, whose pods get sidecars. */
beforeEach(async () => {
  admit = injectSidecar;
  take = () => "";
  endpoints = { "": ["10.42.0.6:5000"], v1: ["10.42.0.6:5000"] };
  world = await startFakeClusters(["west"], {
    living: true,
    kinds: [endpointSlices],
    admit: (object) => admit(object),
    podResponse: probeAnswers(
      () => endpoints,
      (number) => take(number),
    ),
  });
  await editMesh(world, (text) => text.replace(/ +routes:(\n {8}.*)+/, ""));
  runPod(world.servers["west"], "v1", "10.42.0.6");
  runEastWest(world.servers["west"], "172.30.1.2");
  runIngress(world.servers["west"]);
});

afterEach(async () => {
  await world.close();
});

function probePods(): readonly WireObject[] {
  const pods = world.servers["west"]?.store.list({ apiVersion: "v1", kind: "Pod" }, undefined) ?? [];
  return pods.filter(({ metadata }) => metadata.name.startsWith("isthmus-probe-"));
}

/** Bodies of the applies of probe pods that were no dry-runs. */
function applied(): readonly string[] {
  const { requests = [] } = world.servers["west"] ?? {};
  return requests
    .filter(({ method, url }) => method === "PATCH" && url.includes("/pods/isthmus-probe-") && !url.includes("dryRun"))
    .map(({ body }) => body);
}

const flat = (text: string): string => text.replaceAll(/\s+/g, " ");

describe("a service without routes", () => {
  it("is proven by a pod of its namespace, which is gone afterwards", async () => {
    const ran = await world.run("verify");
    expect(ran.out).toBe(
      [
        "√ west  sample/helloworld, no route, from inside, http://helloworld.sample.svc.cluster.local:5000/",
        "    endpoints v1: 10.42.0.6:5000",
        "    10 of 10 requests answered",
        "√ verified",
        "",
      ].join("\n"),
    );
    expect([ran.code, probePods()]).toEqual([0, []]);
    const [pod = "", ...more] = applied();
    expect(more).toEqual([]);
    expect(pod).toContain(`"image":"${sidecarImage}"`);
  });

  it("says in JSON and in a report for CI where it was asked", async () => {
    const json = JSON.parse((await world.run("verify -o json")).out) as object;
    expect(json).toMatchObject({ ok: true, proven: 1, proofs: [{ state: "proven", via: "mesh", requests: 10 }] });
    expect((await world.run("verify -o junit")).out).toContain('name="sample/helloworld from inside"');
  });

  it("fails where something else answers to its name", async () => {
    take = (number) => (number % 2 === 0 ? "" : "other");
    const ran = await world.run("verify");
    expect([ran.code, ran.out.includes("× 1 of 1 proofs failed")]).toEqual([3, true]);
    expect(flat(ran.err)).toContain("does not get all requests to its own name");
  });

  it("fails where its name does not resolve, and says so", async () => {
    take = () => ({ status: 503, text: "probe pod: no healthy upstream" });
    const ran = await world.run("verify");
    expect(ran.out).toContain("no connection: helloworld.sample.svc.cluster.local does not resolve inside the cluster");
    expect(ran.err).toContain("error[ISM403]");
    expect(probePods()).toEqual([]);
  });

  it("is not proven where a policy refuses the pod, unless that is what is expected", async () => {
    take = () => ({ status: 403, text: "RBAC: access denied" });
    const ran = await world.run("verify");
    expect([ran.code, ran.out.includes("? 1 not proven")]).toEqual([3, true]);
    expect(ran.err).toContain("warning[ISM573]");
    expect((await world.run("verify --expect 403")).out).toContain("√ verified");
  });

  it("is proven by its answers alone where it is headless and not exported, since sidecars have no endpoints of it", async () => {
    await editMesh(world, (text) => text.replace("port: 5000", "port: 5000\n      export: false"));
    const pods = { "": ["10.42.0.6:5000"], v1: ["10.42.0.6:5000"] };
    endpoints = { "": [], v1: [] };
    // Envoy has what was connected to.
    take = () => {
      endpoints = pods;
      return "";
    };
    const service = world.servers["west"]?.store.find({ apiVersion: "v1", kind: "Service" }, "sample", "helloworld");
    const spec = { ...(service?.["spec"] as object), clusterIP: "None" };
    world.servers["west"]?.put({ ...(service as WireObject), spec });
    const ran = await world.run("verify");
    expect(ran.out).toContain("10 of 10 requests answered");
    expect([ran.code, ran.err.includes("ISM402"), ran.out.includes("endpoints")]).toEqual([0, false, false]);
  });

  it("is not proven where its port is no HTTP", async () => {
    const { store } = world.servers["west"] ?? {};
    const service = store?.find({ apiVersion: "v1", kind: "Service" }, "sample", "helloworld");
    const ports = [{ name: "http", appProtocol: "tcp", port: 5000 }];
    world.servers["west"]?.put({ ...(service as WireObject), spec: { ports } });
    const ran = await world.run("verify");
    expect(ran.err).toContain("warning[ISM572]");
    expect(ran.out).toContain("endpoints v1: 10.42.0.6:5000");
    expect(ran.code).toBe(3);
  });
});

describe("a route at a gateway and for callers inside the mesh", () => {
  it("is proven in both ways, where one can fail without the other", async () => {
    await editMesh(world, (text) =>
      text.replace(
        /( +)versions:/,
        '$1routes: [{ name: both, gateways: [mesh, front], hosts: ["*"], weights: { v1: 100 } }]\n$1versions:',
      ),
    );
    take = () => "v1";
    const ran = await world.run("verify --requests 50 -o json");
    const { proofs } = JSON.parse(ran.out) as { readonly proofs: readonly object[] };
    // The ingress of this world has no address.
    expect(proofs).toMatchObject([
      { via: "ingress", route: "both", state: "failed", requests: 0 },
      { via: "mesh", route: "both", state: "proven", requests: 50 },
    ]);
    expect([ran.code, ran.err.match(/verifying both: failed/g)?.length]).toEqual([3, 1]);
  });
});

describe("a route that redirects", () => {
  it("is proven by its answers, since no version gets its requests", async () => {
    await editMesh(world, (text) =>
      text.replace(
        /( +)versions:/,
        "$1routes: [{ name: moved, gateway: mesh, match: { exact: /old }, redirect: { uri: /new } }]\n$1versions:",
      ),
    );
    take = () => ({ status: 301, text: "", location: "http://helloworld.sample.svc.cluster.local/new" });
    const ran = await world.run("verify");
    expect(ran.out).toContain("10 of 10 requests redirected as asked");
    expect([ran.code, probePods()]).toEqual([0, []]);
    take = () => ({ status: 301, text: "", location: "http://elsewhere.example/other" });
    const wrong = await world.run("verify");
    expect(flat(wrong.err)).toContain("10 ended with a redirect to http://elsewhere.example/other, expected path /new");
    expect(wrong.code).toBe(3);
  });
});

describe("a route for callers inside the mesh", () => {
  beforeEach(async () => {
    await editMesh(world, (text) =>
      text.replace(/( +)versions:/, "$1routes: [{ name: inside, gateway: mesh, weights: { v1: 100 } }]\n$1versions:"),
    );
    take = () => "v1";
  });

  it("is proven by a pod of the service's namespace", async () => {
    const ran = await world.run("verify --requests 50");
    expect(ran.out).toContain(
      "√ west  sample/helloworld, route inside, from inside, http://helloworld.sample.svc.cluster.local:5000/",
    );
    expect(ran.out).toContain("v1: asked 100 %, measured 100.0 % (50 of 50;");
    expect([ran.code, probePods()]).toEqual([0, []]);
  });

  it("fails with weights that are not as asked, which the ingress gateway is not blamed for", async () => {
    await giveTwoVersions(world);
    await editMesh(world, (text) => text.replace("weights: { v1: 100 }", "weights: { v1: 100, v2: 0 }"));
    endpoints = { ...endpoints, v2: ["10.42.0.7:5000"] };
    runPod(world.servers["west"], "v2", "10.42.0.7");
    take = (number) => (number % 2 === 0 ? "v1" : "v2");
    const ran = await world.run("verify --requests 50");
    expect(ran.err).toContain("error[ISM401]");
    expect(flat(ran.err)).toContain("From inside west, route inside was asked v1=100 v2=0 and gave v1=50.0 v2=50.0");
    expect(ran.err).not.toContain("ingress");
    expect([ran.code, probePods()]).toEqual([3, []]);
  });

  it("is proven in the same way after a shift, or not at all where no pod may be made", async () => {
    await giveTwoVersions(world);
    await editMesh(world, (text) => text.replace("weights: { v1: 100 }", "weights: { v1: 100, v2: 0 }"));
    endpoints = { ...endpoints, v2: ["10.42.0.7:5000"] };
    runPod(world.servers["west"], "v2", "10.42.0.7");
    expect((await world.run("apply --yes")).code).toBe(0);
    take = () => "v2";
    const shifted = await world.run("shift helloworld v1=0 v2=100 --requests 50 --force --yes");
    expect(shifted.out).toContain("√ west  sample/helloworld, route inside, from inside");
    expect([shifted.code, probePods()]).toEqual([0, []]);
    const before = applied().length;
    const unproven = await world.run("shift helloworld v1=100 v2=0 --no-probe-pod --force --yes");
    expect([unproven.code, applied().length]).toEqual([3, before]);
    expect(unproven.err).toContain("warning[ISM405]");
  });

  it("is not proven without a pod, and then nothing is written", async () => {
    const ran = await world.run("verify --no-probe-pod");
    expect(ran.err).toContain("warning[ISM405]");
    expect(flat(ran.err)).toContain("Leave out --no-probe-pod");
    expect(ran.code).toBe(3);
    expect(world.servers["west"]?.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });
});

describe("a pod that cannot be made", () => {
  it("leaves the service not proven, with the namespace that has no sidecars as the reason", async () => {
    admit = (object) => object;
    const ran = await world.run("verify");
    expect(flat(ran.err)).toContain("pods of namespace sample get no sidecar there");
    expect(ran.out).toContain("endpoints v1: 10.42.0.6:5000");
    expect([ran.code, applied()]).toEqual([3, []]);
  });

  it("leaves it not proven with what the API server says", async () => {
    admit = (object) => (object.kind === "Pod" ? { refused: "exceeded quota: compute, requested: pods=1" } : object);
    const ran = await world.run("verify --allow-unproven");
    expect(ran.err).toContain("warning[ISM570]");
    expect(flat(ran.err)).toContain("exceeded quota: compute");
    expect(ran.code).toBe(0);
  });
});

describe("a pod that is left", () => {
  const left = (name: string, maker: string | undefined): WireObject => ({
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      name: `isthmus-probe-${name}`,
      namespace: "sample",
      labels: { "isthmus.dev/mesh": "prod", "isthmus.dev/probe": "verify" },
      ...(maker === undefined ? {} : { annotations: { "isthmus.dev/probe-maker": maker } }),
      creationTimestamp: new Date().toISOString(),
    },
    spec: { activeDeadlineSeconds: 600 },
    status: { phase: "Running" },
  });

  it("by a run that was killed is deleted and named, that of one that goes on stays", async () => {
    const living = markProcess(process.pid);
    world.servers["west"]?.put(left("killed", living?.replace(/\d+$/, "1")));
    world.servers["west"]?.put(left("living", living));
    const ran = await world.run("verify");
    expect(ran.err).toContain("sample/isthmus-probe-killed, a probe pod that an earlier run left");
    expect(probePods().map(({ metadata }) => metadata.name)).toEqual(["isthmus-probe-living"]);
    expect(ran.code).toBe(0);
  });

  it("goes with the rest when the mesh is removed", async () => {
    world.servers["west"]?.put(left("killed", undefined));
    await world.run("apply --yes");
    const ran = await world.run("remove --yes");
    expect([ran.code, probePods()]).toEqual([0, []]);
  });

  it("by Ctrl-C is deleted before the command ends", async () => {
    const stop = new AbortController();
    take = (number) => {
      if (number === 3) {
        stop.abort();
      }
      return "";
    };
    const ran = await world.run("verify", { signal: stop.signal });
    expect([applied().length, probePods()]).toEqual([1, []]);
    expect(ran.code).not.toBe(0);
  });

  it("by Ctrl-C while it is being made is deleted when that has ended, and so is not made afterwards", async () => {
    const stop = new AbortController();
    const slow = { kind: "latency", milliseconds: 300 } as const;
    const isMade = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
      method === "PATCH" && url.includes("/pods/isthmus-probe-") && !url.includes("dryRun");
    const server = world.servers["west"];
    server?.inject(slow, {
      matches: (request) => {
        if (isMade(request)) {
          stop.abort();
        }
        return isMade(request);
      },
    });
    await world.run("verify", { signal: stop.signal });
    const made = server?.requests.find(isMade)?.at ?? 0;
    const deleted = server?.requests.find(({ method, url }) => method === "DELETE" && url.includes("/pods/"))?.at ?? 0;
    expect(deleted - made).toBeGreaterThan(250);
    expect(probePods()).toEqual([]);
  });

  it("since it may not be deleted is named with the command that does it, and the proof stands", async () => {
    const forbidden = { kind: "status", status: 403 } as const;
    world.servers["west"]?.inject(forbidden, { times: 9, matches: ({ method }) => method === "DELETE" });
    const ran = await world.run("verify");
    expect(ran.out).toContain("√ verified");
    expect(ran.err).toContain("warning[ISM571]");
    expect(flat(ran.err)).toContain("kubectl --context west -n sample delete pod isthmus-probe-");
  });
});
