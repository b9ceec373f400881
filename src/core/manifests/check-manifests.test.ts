import { describe, expect, it } from "vitest";
import type { Path } from "../mesh-file/path.ts";
import type { Mesh, Service } from "../model/mesh.ts";
import { noMaterials } from "../render/materials.ts";
import { renderCluster } from "../render/render-mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { checkManifests } from "./check-manifests.ts";
import { readManifest } from "./read-manifest.ts";

const template = twoClusters.services[0] ?? expect.fail("no service");
/** `orders` in `shop` at port 80; v1 runs in west, v2 in east. */
const orders: Service = { ...template, name: "orders", namespace: "shop", port: 80, routes: [] };

const range = (file: string, line: number) => ({
  file,
  start: { line, column: 1 },
  end: { line, column: 2 },
  lineText: "",
});

function look(text: string, service: Service = orders, of: Mesh = twoClusters) {
  const mesh = { ...of, services: [service] };
  const read = readManifest(text, "orders.yaml", []);
  const places = {
    manifest: (object: unknown, at: Path = []) => read.find((one) => one.object === object)?.rangeOf(at),
    mesh: () => range("mesh.yaml", 13),
  };
  const serviceManifests = { "shop/orders": read.map((one) => one.object) };
  const found = checkManifests(mesh, { serviceManifests, places });
  return {
    said: found.map(({ code, severity, range }) => `${severity} ${code} ${range?.file}:${range?.start.line}`),
    words: found.map(({ detail, fix }) => `${detail} ${fix ?? ""}`).join("\n"),
    on: Object.fromEntries(
      mesh.clusters.map((cluster) => [
        cluster.name,
        renderCluster(mesh, cluster, { ...noMaterials, serviceManifests })
          .objects.filter((placed) => placed.wave === "services")
          .map((placed) => `${placed.object.kind} ${placed.object.metadata.name}`)
          .toSorted(),
      ]),
    ),
  };
}

const svc =
  "apiVersion: v1\nkind: Service\nmetadata: { name: orders }\nspec: { selector: { app: orders }, ports: [{ port: 80 }] }\n---\n";
const pods = (labels: string, more = ""): string =>
  `template: { metadata: { labels: { ${labels} } }, spec: { containers: [{ name: c${more} }] } }`;
const deployment = (name: string, labels: string, own = "", more = ""): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, labels: { ${own} } }\nspec: { ${pods(labels, more)} }\n---\n`;
const both = deployment("a", "app: orders, version: v1") + deployment("b", "app: orders, version: v2");

describe("the version of a workload", () => {
  it.each([
    [
      "Deployment",
      `apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: one }\nspec: { ${pods("version: v1")} }\n`,
    ],
    [
      "StatefulSet",
      `apiVersion: apps/v1\nkind: StatefulSet\nmetadata: { name: one }\nspec: { ${pods("version: v1")} }\n`,
    ],
    [
      "Rollout",
      `apiVersion: argoproj.io/v1alpha1\nkind: Rollout\nmetadata: { name: one }\nspec: { ${pods("version: v1")} }\n`,
    ],
    [
      "CloneSet",
      `apiVersion: apps.kruise.io/v1alpha1\nkind: CloneSet\nmetadata: { name: one }\nspec: { ${pods("version: v1")} }\n`,
    ],
    [
      "CronJob",
      `apiVersion: batch/v1\nkind: CronJob\nmetadata: { name: one }\nspec: { jobTemplate: { spec: { ${pods("version: v1")} } } }\n`,
    ],
    ["Pod", "apiVersion: v1\nkind: Pod\nmetadata: { name: one, labels: { version: v1 } }\nspec: {}\n"],
    [
      "Deployment",
      "apiVersion: apps/v1\nkind: Deployment\nmetadata: { name: one, labels: { version: v1 } }\nspec: { replicas: 1 }\n",
    ],
  ])("of a %s is what its pods' labels say", (kind, text) => {
    expect(look(text).on).toEqual({ west: [`${kind} one`], east: [] });
  });

  it("is what its pods' labels say, also where its own say something else", () => {
    const { on, said } = look(
      svc + deployment("a", "app: orders, version: v2", "version: v1") + both.slice(0, both.indexOf("---\n") + 4),
    );
    expect(on["east"]).toContain("Deployment a");
    expect(said).toEqual([]);
  });

  it("brings along what scales it, and leaves everything else everywhere", () => {
    const scaler = (kind: string, of: string): string =>
      `apiVersion: autoscaling/v2\nkind: ${kind}\nmetadata: { name: ${of} }\nspec: { scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: ${of} } }\n---\n`;
    const rest =
      "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: settings }\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: { name: own, labels: { version: v2 } }\n---\n";
    const { on, said } = look(
      svc +
        both +
        scaler("HorizontalPodAutoscaler", "a") +
        scaler("HorizontalPodAutoscaler", "b") +
        rest +
        deployment("redis", "app: redis"),
    );
    const everywhere = ["ConfigMap settings", "Deployment redis", "Service orders"];
    expect(on).toEqual({
      west: [...everywhere, "Deployment a", "HorizontalPodAutoscaler a"].toSorted(),
      east: [...everywhere, "ConfigMap own", "Deployment b", "HorizontalPodAutoscaler b"].toSorted(),
    });
    expect(said).toEqual([]);
  });

  it.each([
    ["pods of the service without any version", deployment("c", "app: orders"), "would run in every cluster"],
    [
      "a version on the workload and none on its pods",
      deployment("c", "app: x", "version: v1"),
      "Put the labels of v1 into the pods' template",
    ],
    [
      "pods with two versions' labels",
      deployment("c", "app: orders, version: v1, track: canary"),
      "v1 (version: v1) and of v2 (track: canary)",
    ],
  ])("that nobody can tell is an error: %s", (_, text, words) => {
    const service = text.includes("canary")
      ? {
          ...orders,
          versions: orders.versions.map((one) => (one.name === "v2" ? { ...one, labels: { track: "canary" } } : one)),
        }
      : orders;
    const found = look(svc + text, service);
    expect(found.said).toEqual(["error ISM236 orders.yaml:6"]);
    expect(found.words).toContain(words);
  });
});

describe("manifests against the mesh file", () => {
  const service = (spec: string, metadata = "name: orders"): string =>
    `apiVersion: v1\nkind: Service\nmetadata: { ${metadata} }\nspec: { ${spec} }\n---\n`;
  const route = { ...(template.routes[0] ?? expect.fail("no route")), name: "orders", hosts: ["shop.example"] };

  it.each([
    ["nothing to say", svc + both, []],
    ["only a Service: its pods are made by something else", svc, []],
    ["no Service", both, ["warning ISM229 mesh.yaml:13"]],
    [
      "a Service of another name",
      service("ports: [{ port: 80 }]", "name: order") + both,
      ["warning ISM229 mesh.yaml:13"],
    ],
    [
      "a Service in another namespace",
      service("ports: [{ port: 80 }]", "name: orders, namespace: other") + both,
      ["error ISM229 orders.yaml:1"],
    ],
    [
      "another port",
      service("selector: { app: orders }, ports: [{ port: 8080 }]") + both,
      ["error ISM229 orders.yaml:1"],
    ],
    [
      "a headless Service",
      service("clusterIP: None, selector: { app: orders }, ports: [{ port: 80 }]") + both,
      ["error ISM229 orders.yaml:1"],
    ],
    ["an alias", service("type: ExternalName, externalName: a.example"), ["error ISM229 orders.yaml:1"]],
    [
      "a selector of other pods",
      service("selector: { app: order }, ports: [{ port: 80 }]") + both,
      ["error ISM234 orders.yaml:6", "error ISM234 orders.yaml:11"],
    ],
    [
      "a target port that no container has",
      service("selector: { app: orders }, ports: [{ port: 80, targetPort: http }]") +
        deployment("a", "app: orders, version: v1", "", ", ports: [{ name: http, containerPort: 8080 }]") +
        deployment("b", "app: orders, version: v2"),
      ["error ISM234 orders.yaml:11"],
    ],
    ["a version without pods", svc + deployment("a", "app: orders, version: v1"), ["warning ISM237 mesh.yaml:13"]],
    [
      "memory in thousandths",
      svc + both + deployment("r", "app: r", "", ", resources: { requests: { memory: 100m } }"),
      ["warning ISM238 orders.yaml:16"],
    ],
    [
      "memory without a unit",
      svc + both + deployment("r", "app: r", "", ", resources: { limits: { memory: 512 } }"),
      ["warning ISM238 orders.yaml:16"],
    ],
    [
      "a request above its limit",
      svc + both + deployment("r", "app: r", "", ", resources: { requests: { cpu: 2 }, limits: { cpu: 500m } }"),
      ["error ISM238 orders.yaml:16"],
    ],
    [
      "no quantity",
      svc + both + deployment("r", "app: r", "", ", resources: { limits: { memory: 1GB } }"),
      ["error ISM238 orders.yaml:16"],
    ],
    [
      "quantities that are meant",
      svc +
        both +
        deployment(
          "r",
          "app: r",
          "",
          ", resources: { requests: { cpu: 100m, memory: 64Mi }, limits: { cpu: 1, memory: 1Gi } }",
        ),
      [],
    ],
    ["a Service without a selector", service("ports: [{ port: 80 }]") + both, ["warning ISM234 orders.yaml:1"]],
    [
      "a Service without a selector, whose endpoints are written beside it",
      `${service("ports: [{ port: 80 }]") + both}apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: { name: a, labels: { kubernetes.io/service-name: orders } }\n`,
      [],
    ],
    [
      "a port that is not TCP",
      service("selector: { app: orders }, ports: [{ port: 80, protocol: UDP }]") + both,
      ["error ISM229 orders.yaml:1"],
    ],
    [
      "one number for UDP and TCP",
      service("selector: { app: orders }, ports: [{ port: 80, protocol: UDP }, { port: 80 }]") + both,
      [],
    ],
    [
      "a version whose workload asks for no pods",
      svc + both.replace("spec: {", "spec: { replicas: 0,"),
      ["warning ISM237 orders.yaml:6"],
    ],
    [
      "a workload that does not select its own pods",
      svc + both.replace("spec: {", "spec: { selector: { matchLabels: { app: order } },"),
      ["error ISM536 orders.yaml:6"],
    ],
    [
      "pods that refuse a sidecar by an annotation",
      svc + both.replace("metadata: { labels", 'metadata: { annotations: { sidecar.istio.io/inject: "false" }, labels'),
      ["warning ISM535 orders.yaml:6"],
    ],
    [
      "pods in their node's network",
      svc + both.replace("containers:", "hostNetwork: true, containers:"),
      ["warning ISM535 orders.yaml:6"],
    ],
    [
      "an environment of numbers, and truth values in a ConfigMap",
      `${svc + both}${deployment("r", "app: r", "", ", env: [{ name: PORT, value: 8080 }]")}apiVersion: v1\nkind: ConfigMap\nmetadata: { name: m }\ndata: { on: yes, off: "no" }\n`
        .replaceAll("{ on", '{ "on"')
        .replaceAll("off:", '"off":'),
      ["error ISM534 orders.yaml:19", "error ISM534 orders.yaml:24"],
    ],
    [
      "a version that YAML reads as a number",
      svc + both.replace("version: v1 }", "version: v1, build: 1.20 }"),
      ["error ISM534 orders.yaml:9"],
    ],
    [
      "a VirtualService of the service",
      `${svc + both}apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: mine }\nspec: { hosts: [orders] }\n`,
      ["warning ISM235 orders.yaml:16"],
    ],
    [
      "a VirtualService of a route's host",
      `${svc + both}apiVersion: networking.istio.io/v1\nkind: VirtualService\nmetadata: { name: mine }\nspec: { hosts: [shop.example] }\n`,
      ["warning ISM235 orders.yaml:16"],
    ],
    [
      "a DestinationRule of the service",
      `${svc + both}apiVersion: networking.istio.io/v1beta1\nkind: DestinationRule\nmetadata: { name: mine }\nspec: { host: orders.shop.svc.cluster.local }\n`,
      ["warning ISM235 orders.yaml:16"],
    ],
    [
      "a DestinationRule of something else",
      `${svc + both}apiVersion: networking.istio.io/v1\nkind: DestinationRule\nmetadata: { name: mine }\nspec: { host: redis }\n`,
      [],
    ],
    [
      "an HTTPRoute of the service, where callers inside have no route",
      `${svc + both}apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { name: mine }\nspec: { parentRefs: [{ kind: Service, group: "", name: orders }] }\n`,
      [],
    ],
  ])("say %s", (_, text, expected) => {
    const { said, words } = look(text, { ...orders, routes: [route] });
    expect(said).toEqual(expected);
    expect(words).not.toMatch(/undefined|\[object/);
  });
});

describe("a route of the Gateway API in the manifests of a service that callers inside have a route to", () => {
  const [route = expect.fail("no route")] = template.routes;
  const inside = { ...orders, routes: [{ ...route, name: "inside", gateways: ["mesh"] }] };
  const httpRoute = (metadata: string, parent: string): string =>
    `${svc + both}apiVersion: gateway.networking.k8s.io/v1\nkind: HTTPRoute\nmetadata: { ${metadata} }\nspec: { parentRefs: [{ ${parent} }] }\n`;

  it("is named where it is for the service, with whom it concerns", () => {
    const { said, words } = look(httpRoute("name: mine", 'kind: Service, group: "", name: orders'), inside);
    expect(said).toEqual(["warning ISM235 orders.yaml:16"]);
    expect(words).toContain("the weights of the mesh file do not count for any caller, and a request that mine does");
    expect(words).toContain("or out of the mesh file what it decides.");
    const far = look(
      httpRoute("name: mine, namespace: cart", 'kind: Service, group: "", name: orders, namespace: shop'),
      inside,
    );
    expect(far.words).toContain("do not count for callers in cart");
  });

  it.each([
    ["another service", httpRoute("name: mine", 'kind: Service, group: "", name: redis')],
    [
      "a Service of its name in another namespace",
      httpRoute("name: mine, namespace: cart", 'kind: Service, group: "", name: orders'),
    ],
    [
      "something of the Gateway API's own group, as without a group",
      httpRoute("name: mine", "kind: Service, name: orders"),
    ],
    ["a Gateway", httpRoute("name: mine", "name: orders")],
  ])("is fine where it is for %s", (_, text) => {
    expect(look(text, inside).said).toEqual([]);
  });
});

describe("the mesh that a manifest says it belongs to", () => {
  const marked = (mesh: string): string =>
    `apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a, labels: { isthmus.dev/mesh: ${mesh} } }\n---\n`;

  it("is said where it is another one, which is replaced", () => {
    const { said, words } = look(svc + both + marked("other"));
    expect(said).toEqual(["warning ISM550 orders.yaml:16"]);
    expect(words).toContain('marked as mesh "other"\'s');
  });

  it("is fine where it is this one", () => {
    expect(look(svc + both + marked(twoClusters.name)).said).toEqual([]);
  });
});

describe("pods that the Service does not reach though their labels fit", () => {
  const elsewhere = both.replace("metadata: { name: b,", "metadata: { name: b, namespace: other,");

  it("are those of another namespace", () => {
    const { said, words } = look(svc + elsewhere);
    expect(said).toEqual(["error ISM234 orders.yaml:11"]);
    expect(words).toContain("in the namespace other, and Service orders selects pods in its own, shop");
  });

  it("are not those of something else with a version's label there", () => {
    const cache = deployment("cache", "app: cache, version: v1").replace("name: cache", "name: cache, namespace: data");
    expect(look(svc + both + cache).said).toEqual([]);
  });

  const named = svc.replace("port: 80", "port: 80, targetPort: web");
  const withInit = (more: string): string =>
    both.replaceAll(
      "spec: { containers",
      `spec: { initContainers: [{ name: i, ports: [{ name: web }]${more} }], containers`,
    );

  it("are those whose port of that name is an init container's, which ends", () => {
    expect(look(named + withInit("")).said).toEqual(["error ISM234 orders.yaml:6", "error ISM234 orders.yaml:11"]);
  });

  it("are not those whose sidecar container has it", () => {
    expect(look(named + withInit(", restartPolicy: Always")).said).toEqual([]);
  });
});

describe("a number where a text has to be", () => {
  it("is shown unless its name says that it is a password", () => {
    const variables = (name: string) =>
      look(svc + both.replace("{ name: c", `{ env: [{ name: ${name}, value: 12345678 }], name: c`)).words;
    expect(variables("PORT")).toContain("is the number 12345678");
    expect(variables("DB_PASSWORD")).toContain("The variable DB_PASSWORD of container c in Deployment a is no text");
    expect(variables("DB_PASSWORD")).not.toContain("12345678");
    const data = "apiVersion: v1\nkind: ConfigMap\nmetadata: { name: a }\ndata: { api-token: 12345678 }\n";
    expect(look(data).words).not.toContain("12345678");
  });
});

describe("pod security", () => {
  const said = (podSecurity: "baseline" | "restricted" | undefined): readonly string[] => {
    const hardening = { networkPolicies: false as const, ...(podSecurity === undefined ? {} : { podSecurity }) };
    const read = readManifest(svc + both, "orders.yaml", []);
    return checkManifests(
      { ...twoClusters, services: [orders], hardening },
      {
        serviceManifests: { "shop/orders": read.map(({ object }) => object) },
        places: {
          manifest: (object) => read.find((one) => one.object === object)?.range,
          mesh: () => range("mesh.yaml", 13),
        },
      },
    ).map(({ code, severity, object }) => `${severity} ${code} ${object?.name}`);
  };

  it("has pods named that the namespace will refuse", () => {
    expect(said("restricted")).toEqual(["warning ISM798 a", "warning ISM798 b"]);
  });

  it("is content with the same pods otherwise", () => {
    expect([said("baseline"), said(undefined)]).toEqual([[], []]);
  });

  it("refuses a headless Service where other networks are to reach it, and says nothing of one that is not exported", () => {
    const headless = svc.replace("spec: {", "spec: { clusterIP: None,") + both;
    const refused = look(headless);
    expect(refused.said).toEqual(["error ISM229 orders.yaml:1"]);
    expect(refused.words).toContain("Write export: false at the service");
    expect(look(headless, { ...orders, exported: false }).said).toEqual([]);
    const [west] = twoClusters.clusters;
    const clusters = twoClusters.clusters.map((one) => ({ ...one, network: west?.network ?? "" }));
    expect(look(headless, orders, { ...twoClusters, clusters }).said).toEqual(["warning ISM229 orders.yaml:1"]);
    expect(look(headless, orders, { ...twoClusters, clusters: clusters.slice(0, 1) }).said).toEqual([]);
  });
});
