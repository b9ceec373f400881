import { readFileSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import type { KubeObject } from "../model/kube-object.ts";
import { idOf, keyOf } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { parseMesh } from "../mesh-file/parse.ts";
import type { Materials } from "./materials.ts";
import { noMaterials } from "./materials.ts";
import type { PlacedObject } from "./place-objects.ts";
import { renderMesh } from "./render-mesh.ts";

const examples = new URL("../../../examples/", import.meta.url);

function runbook(change: (text: string) => string = (text) => text): Mesh {
  const parsed = parseMesh(change(readFileSync(new URL("runbook.yaml", examples), "utf8")), "runbook.yaml");
  expect(parsed.diagnostics).toEqual([]);
  if (parsed.mesh === undefined) {
    throw new Error("the runbook's mesh file is not valid");
  }
  return parsed.mesh;
}

/** What there is offline: the manifests beside the mesh file, and nothing of any cluster. */
const offline: Materials = {
  ...noMaterials,
  serviceManifests: {
    "sample/helloworld": parseAllDocuments(readFileSync(new URL("helloworld.yaml", examples), "utf8")).map(
      (document) => document.toJS() as KubeObject,
    ),
  },
};

function textOf(objects: readonly PlacedObject[]): string {
  return objects
    .map(({ wave, object }) => `# ${wave}\n${stringify(JSON.parse(JSON.stringify(object)), { lineWidth: 0 })}`)
    .join("---\n");
}

function expectGolden(name: string, text: string): void {
  const golden = new URL(`testdata/${name}.yaml`, import.meta.url);
  if (process.env["UPDATE_GOLDEN"] !== undefined) {
    writeFileSync(golden, text);
  }
  expect(text).toBe(readFileSync(golden, "utf8"));
}

function objectOf(mesh: Mesh, cluster: string, key: string, materials = offline): KubeObject {
  const { rancherLocal, clusters } = renderMesh(mesh, materials);
  const objects = cluster === "management" ? rancherLocal : clusters.find((one) => one.cluster === cluster)?.objects;
  const found = objects?.find((placed) => keyOf(idOf(placed.object)) === key);
  if (found === undefined) {
    throw new Error(`${cluster} has no ${key}`);
  }
  return found.object;
}

const one = "mcsps-test-k8s-01";
const two = "mcsps-test-k8s-02";

describe("the runbook's system", () => {
  it("is in Rancher's own cluster as it was", () => {
    expectGolden("runbook.management", textOf(renderMesh(runbook(), offline).rancherLocal));
  });

  it.each([one, two])("is on %s as it was", (cluster) => {
    const rendered = renderMesh(runbook(), offline).clusters.find((found) => found.cluster === cluster);
    expectGolden(`runbook.${cluster}`, textOf(rendered?.objects ?? []));
  });

  it("has everything that the runbook applies by hand, on both clusters", () => {
    const { rancherLocal, clusters } = renderMesh(runbook(), offline);
    expect(rancherLocal.map(({ object }) => keyOf(idOf(object)))).toEqual([
      "Project.management.cattle.io/c-f7r9g/istio-c-f7r9g",
      "Project.management.cattle.io/c-pzk8b/istio-c-pzk8b",
    ]);
    const both = [
      "Namespace/istio-system",
      "Namespace/sample",
      "LimitRange/istio-system/istio-limitrange",
      "NetworkPolicy.networking.k8s.io/istio-system/np-istio",
      "NetworkPolicy.networking.k8s.io/istio-system/np-istio-ports",
      "NetworkPolicy.networking.k8s.io/sample/np-helloworld",
      "Namespace/istio-operator",
      "Deployment.apps/istio-operator/istio-operator",
      "Secret/istio-system/cacerts",
      "IstioOperator.install.istio.io/istio-system/mcsps-test",
      "IstioOperator.install.istio.io/istio-system/eastwest",
      "Gateway.networking.istio.io/istio-system/cross-network-gateway",
      "Service/sample/helloworld",
      "Gateway.networking.istio.io/sample/helloworld-gateway",
      "DestinationRule.networking.istio.io/sample/helloworld",
      "VirtualService.networking.istio.io/sample/helloworld",
      "Gateway.networking.istio.io/istio-system/helloworld-ssl-gateway",
      "VirtualService.networking.istio.io/istio-system/helloworld-ssl",
      "Certificate.cert-manager.io/istio-system/helloistio",
      "ClusterIssuer.cert-manager.io/letsencrypt-wild",
    ];
    for (const rendered of clusters) {
      const keys = rendered.objects.map(({ object }) => keyOf(idOf(object)));
      expect(keys).toEqual(expect.arrayContaining(both));
      const other = rendered.cluster === one ? two : one;
      expect(keys.filter((key) => key.includes("istio-remote-secret"))).toEqual([
        `Secret/istio-system/istio-remote-secret-${other}`,
      ]);
    }
  });

  it("puts v1 on the first and v2 on the second cluster only", () => {
    const deployments = renderMesh(runbook(), offline).clusters.map((rendered) =>
      rendered.objects.map(({ object }) => object.metadata.name).filter((name) => name.startsWith("helloworld-v")),
    );
    expect(deployments).toEqual([["helloworld-v1"], ["helloworld-v2"]]);
  });

  it("opens the way to Rancher, which the runbook forgot", () => {
    const policy = objectOf(runbook(), one, "NetworkPolicy.networking.k8s.io/istio-system/np-istio-ports.egress");
    expect(JSON.stringify(policy["spec"])).toContain('{"ports":[{"port":443,"protocol":"TCP"},');
    expect(policy.metadata.annotations?.["isthmus.dev/egress"]).toContain(
      `istiod reads the endpoints of ${two} from its API server`,
    );
  });

  it("shares the project's quota among its namespaces, so that none is left with nothing", () => {
    const project = objectOf(runbook(), "management", "Project.management.cattle.io/c-f7r9g/istio-c-f7r9g");
    expect(project["spec"]).toMatchObject({
      resourceQuota: { limit: { limitsCpu: "12000m" } },
      namespaceDefaultResourceQuota: { limit: { limitsCpu: "6000m" } },
    });
    const system = objectOf(runbook(), one, "Namespace/istio-system");
    expect(system.metadata.annotations?.["field.cattle.io/resourceQuota"]).toBe(
      '{"limit":{"limitsCpu":"6000m","limitsMemory":"6000Mi"}}',
    );
  });

  it("publishes the addresses of both ingresses from either cluster", () => {
    const known = { ...offline, ingressAddresses: { [one]: ["80.158.47.22"], [two]: ["80.158.59.119"] } };
    for (const cluster of [one, two]) {
      const key = "Gateway.networking.istio.io/istio-system/helloworld-ssl-gateway";
      expect(objectOf(runbook(), cluster, key, known).metadata.annotations).toEqual({
        "external-dns.alpha.kubernetes.io/target": "80.158.47.22,80.158.59.119",
        "external-dns.kubernetes.io/target": "80.158.47.22,80.158.59.119",
        "isthmus.dev/published": `${one}=80.158.47.22;${two}=80.158.59.119`,
      });
    }
  });
});

/** The runbook with a newer Istio, installed as given. */
const modern = (install: string, version: string) => (text: string) =>
  text.replace("version: 1.12.0", `version: ${version}`).replace("install: operator", `install: ${install}`);

describe("the same system in another era", () => {
  it("has namespaces that enforce pod security by labels, and no PodSecurityPolicy", () => {
    const mesh = runbook(modern("istioctl", "1.31.0"));
    const keys = renderMesh(mesh, offline).clusters.flatMap((found) =>
      found.objects.map(({ object }) => keyOf(idOf(object))),
    );
    expect(keys.filter((key) => key.includes("PodSecurityPolicy") || key.includes("istio-operator"))).toEqual([]);
    expect(objectOf(mesh, one, "Namespace/sample").metadata.labels).toMatchObject({
      "pod-security.kubernetes.io/enforce": "restricted",
      "istio-injection": "enabled",
    });
  });

  it("speaks the API version that its Istio serves", () => {
    const key = "VirtualService.networking.istio.io/sample/helloworld";
    expect(objectOf(runbook(), one, key).apiVersion).toBe("networking.istio.io/v1beta1");
    expect(objectOf(runbook(modern("istioctl", "1.22.0")), one, key).apiVersion).toBe("networking.istio.io/v1");
  });

  it("mends the missing wasmplugins rule only where Istio's older account may lack it", () => {
    const role = "ClusterRole.rbac.authorization.k8s.io/isthmus-istiod-wasmplugins";
    expect(objectOf(runbook(), one, role)["rules"]).toEqual([
      { apiGroups: ["extensions.istio.io"], resources: ["wasmplugins"], verbs: ["get", "watch", "list"] },
    ]);
    expect(() => objectOf(runbook(modern("operator", "1.20.0")), one, role)).toThrow("has no ClusterRole");
  });

  it("is installed through Rancher's catalog with the east-west gateway in the overlay", () => {
    const mesh = runbook(modern("rancher", "1.22.1"));
    const app = objectOf(mesh, two, "App.catalog.cattle.io/istio-system/rancher-istio");
    expect(app["spec"]).toMatchObject({ chart: { metadata: { version: "104.4.0+up1.22.1" } } });
    const { values } = app["spec"] as { readonly values: { readonly overlayFile: string } };
    const overlay = parseAllDocuments(values.overlayFile)[0]?.toJS() as {
      readonly spec: { readonly components: { readonly ingressGateways: readonly { readonly name: string }[] } };
    };
    expect(overlay.spec.components.ingressGateways.map((gateway) => gateway.name)).toEqual([
      "istio-ingressgateway",
      "istio-eastwestgateway",
    ]);
    expect(overlay.spec).toMatchObject({ values: { global: { network: "mcsps-test-02" } } });
  });
});
