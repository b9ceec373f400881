import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";
import { answerPod, httpAnswer, ingressPod, routesOf, syncOf } from "../testing/fake-control-plane.ts";

interface MeshText {
  readonly spec: {
    readonly services: readonly {
      readonly versions: Record<string, object>;
      readonly routes: readonly { readonly weights: Record<string, number> }[];
    }[];
  };
}

/** What the ingress gateways of all clusters do with what they are sent. */
let gateways: "obey" | "refuse" | "hang" = "obey";
let sidecar: object | undefined;
let pushes = 0;
let frozen: object = {};
/** The admin page of what the ingress gateways wait for. */
let warming: object = {};
/** The admin page of what they have; every Gateway's certificate where a test says nothing. */
let active: object | undefined;
let world: FakeClusters;

const envoysWords = "Error: RE2 says missing ): (";

/** The store of the one cluster; the pods of the fake are asked through its API server. */
function storeOf() {
  return world.servers["west"]?.store;
}

function answer(asked: string): string {
  if (asked.endsWith("dynamic_warming_secrets")) {
    return httpAnswer(warming);
  }
  if (asked.includes("dynamic_active_secrets") && active !== undefined) {
    return httpAnswer(active);
  }
  if (asked.startsWith("/config_dump") && gateways !== "obey") {
    return httpAnswer(frozen);
  }
  if (asked === "/debug/syncz") {
    const more = sidecar === undefined ? [] : [sidecar];
    pushes += gateways === "refuse" ? 1 : 0;
    const nonce = String(Math.min(pushes, 2));
    const states = {
      obey: { sent: "1", acked: "1" },
      hang: { sent: "2", acked: "1" },
      refuse: { sent: nonce, acked: "1", ...(pushes > 1 ? { lastError: envoysWords } : {}) },
    };
    return httpAnswer([syncOf(states[gateways]), ...more]);
  }
  return answerPod(storeOf(), asked);
}

beforeEach(async () => {
  [gateways, sidecar, pushes, warming, active] = ["obey", undefined, 0, {}, undefined];
  world = await startFakeClusters(["west"], { living: true, podResponse: answer });
  const mesh = path.join(world.folder, "mesh.yaml");
  const document = parse(await readFile(mesh, "utf8")) as MeshText;
  for (const service of document.spec.services) {
    service.versions["v2"] = { clusters: ["west"] };
    service.routes.forEach((route) => void (route.weights["v2"] = 0));
  }
  await writeFile(mesh, stringify(document));
  const ran = await world.run("apply --yes");
  if (ran.code !== 0) {
    throw new Error(ran.err + ran.out);
  }
  frozen = routesOf(storeOf());
});

afterEach(async () => {
  await world.close();
});

// The versions have no pods here; whether they can answer is not what is looked at.
const shift = "shift helloworld v1=50 v2=50 --yes --force --no-verify";

describe("a shift", () => {
  it("is done when the gateways hold the new weights", async () => {
    const ran = await world.run(shift);
    expect(ran.code).toBe(0);
    expect(ran.out).toContain("√ west  helloworld v1=50 v2=50: shifted");
  });

  it("that a gateway refuses fails long before its time is over, in Envoy's words", async () => {
    gateways = "refuse";
    const ran = await world.run(shift);
    expect(ran.code).toBe(1);
    expect(ran.out).toContain("× west  helloworld v1=50 v2=50: written, and not obeyed by its gateways");
    expect(ran.err).toContain("ISM321");
    const text = ran.err.replaceAll(/\s+/g, " ");
    expect(text).toContain(
      `istio-ingressgateway-1 of west refuses what istiod sends (RDS), in Envoy's words: ${envoysWords}`,
    );
    expect(text).toContain("lacks v1=50 v2=50 and still has v1=100 of VirtualService sample/helloworld");
  });

  it("of weights that are stored already is no success either while a gateway does not obey them", async () => {
    expect((await world.run(shift)).code).toBe(0);
    gateways = "refuse";
    const ran = await world.run(shift);
    expect(ran.code).toBe(4);
    expect(ran.err).toContain("ISM321");
  });

  it("is not proven where there is no gateway to ask, which is said", async () => {
    world.servers["west"]?.store.remove(ingressPod);
    const ran = await world.run(shift);
    expect(ran.code).toBe(0);
    expect(ran.err).toContain("warning[ISM323]");
    expect(ran.err).toContain("its ingress gateway has no pods");
  });

  it("is refused in a cluster whose route is of another mesh", async () => {
    const route = storeOf()
      ?.all()
      .find(({ kind }) => kind === "VirtualService");
    const labels = { "isthmus.dev/mesh": "other" };
    world.servers["west"]?.put({ ...route, metadata: { ...route?.metadata, labels } } as NonNullable<typeof route>);
    const ran = await world.run(shift);
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("ISM201");
  });
});

describe("an apply", () => {
  it("that has nothing to change fails while a gateway refuses its routes", async () => {
    gateways = "refuse";
    frozen = {};
    const ran = await world.run("apply --yes");
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("ISM321");
  });

  it("names the proxies that have not taken the change when its time is over", async () => {
    gateways = "hang";
    frozen = {};
    const ran = await world.run("apply --yes --timeout 3s");
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("ISM322");
    expect(ran.err.replaceAll(/\s+/g, " ")).toContain("istio-ingressgateway-1 lacks v1=100 of VirtualService");
  });

  it("warns of another proxy that refuses its configuration, and fails when it has changed something for it", async () => {
    const resources = {
      "type.googleapis.com/envoy.config.cluster.v3.Cluster": { sent: "2", acked: "1", lastError: envoysWords },
    };
    sidecar = { proxy: "web-1.sample", resources };
    const idle = await world.run("apply --yes");
    expect(idle.code).toBe(0);
    expect(idle.err).toContain("warning[ISM321]");
    expect(idle.err).toContain("web-1 of west refuses");
    const rule = storeOf()
      ?.all()
      .find(({ kind }) => kind === "DestinationRule");
    if (rule === undefined) {
      throw new Error("the apply has written it");
    }
    storeOf()?.remove(rule);
    const changing = await world.run("apply --yes");
    expect(changing.code).toBe(1);
    expect(changing.err).toContain("error[ISM321]");
  });
});

describe("a route over TLS whose certificate the gateways wait for", () => {
  async function overTls(): Promise<void> {
    const mesh = path.join(world.folder, "mesh.yaml");
    const document = parse(await readFile(mesh, "utf8")) as MeshText;
    document.spec.services.forEach(({ routes }) =>
      routes.forEach((route) => Object.assign(route, { hosts: ["shop.example"], tls: { secretName: "door" } })),
    );
    await writeFile(mesh, stringify(document));
  }

  it("is applied, and no success, until they have it", async () => {
    await overTls();
    warming = { configs: [{ name: "kubernetes://door" }, { name: "kubernetes://of-others" }] };
    const ran = await world.run("apply --yes --timeout 3s");
    expect(ran.code).toBe(4);
    expect(ran.out).not.toContain("all ready");
    const text = ran.err.replaceAll(/\s+/g, " ");
    expect(text).toContain("error[ISM529]");
    expect(text).toContain(
      "istio-ingressgateway-1 of west waits for Secret istio-system/door, and resets TLS connections for shop.example",
    );
    expect(text).not.toContain("of-others");
    warming = {};
    expect((await world.run("apply --yes")).code).toBe(0);
  });

  it("is not called served while they have not even asked for it", async () => {
    await overTls();
    active = {};
    const ran = await world.run("apply --yes --timeout 3s");
    const text = ran.err.replaceAll(/\s+/g, " ");
    expect(text).toContain("warning[ISM323]");
    expect(text).toContain("it has not asked for door. Whether it serves the routes over TLS was not seen.");
  });

  it("is shifted, and no success", async () => {
    await overTls();
    expect((await world.run("apply --yes")).code).toBe(0);
    warming = { configs: [{ name: "kubernetes://door" }] };
    const ran = await world.run(shift);
    expect(ran.code).toBe(4);
    expect(ran.out).toContain("written, and not served: its gateways have no certificate for the route");
    expect(ran.err).toContain("error[ISM529]");
  });
});

describe("a part of the mesh that is scaled to 0", () => {
  async function scale(name: string, namespace: string): Promise<void> {
    const found = storeOf()?.find({ apiVersion: "apps/v1", kind: "Deployment" }, namespace, name);
    if (found === undefined) {
      throw new Error(`no Deployment ${name}`);
    }
    const status = { observedGeneration: 1 };
    world.servers["west"]?.put({ ...found, spec: { ...(found["spec"] as object), replicas: 0 }, status });
  }

  it("is said by an apply with the command that starts it, and is no success", async () => {
    const istioctl = path.join(world.folder, "istioctl");
    const script = await readFile(istioctl, "utf8");
    const gateway = `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: istio-ingressgateway, namespace: istio-system, labels: { operator.istio.io/component: IngressGateways } }\nspec: {}\n`;
    await writeFile(istioctl, script.replace("END\n  ;;", `${gateway}END\n  ;;`));
    const fresh = { env: { XDG_CACHE_HOME: path.join(world.folder, "other-cache") } };
    expect((await world.run("apply --yes", fresh)).code).toBe(0);
    await scale("istio-ingressgateway", "istio-system");
    const ran = await world.run("apply --yes", fresh);
    expect(ran.code).toBe(4);
    expect(ran.out).not.toContain("as asked, nothing to change");
    expect(ran.out).toContain("has no pods:   Deployment istio-system/istio-ingressgateway");
    expect(ran.err).toContain("error[ISM320]");
    expect(ran.err).toContain(
      "kubectl --context west -n istio-system scale deployment/istio-ingressgateway --replicas=1",
    );
    const status = await world.run("status", fresh);
    expect(status.out).toContain("west/istio-ingressgateway: stopped, scaled to 0");
  });
});
