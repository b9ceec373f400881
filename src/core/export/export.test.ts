import { runsOfToday } from "../../../test/part-of-today.ts";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import type { KubeObject } from "../model/kube-object.ts";
import type { Mesh } from "../model/mesh.ts";
import { clusterNamed } from "../model/mesh.ts";
import type { RenderedCluster } from "../render/render-mesh.ts";
import { renderMesh } from "../render/render-mesh.ts";
import { unknownText } from "../render/unknown.ts";
import { Secret } from "../secret.ts";
import { arbitraryMesh, materialsOf } from "../testing/arbitrary-mesh.ts";
import { materials, twoClusters } from "../testing/two-clusters.ts";
import type { ExportFile, ExportFormat } from "./export-file.ts";
import { exportFormats } from "./export-file.ts";
import { exportPart, rancherLocalFolder } from "./export-part.ts";
import { leaveOut } from "./left-out.ts";
import type { ExportedPart } from "./exported-part.ts";
import { writeReadme } from "./readme.ts";

const rendered = renderMesh(twoClusters, materials).clusters;

function filesOf(mesh: Mesh, format: ExportFormat, one: RenderedCluster): readonly ExportFile[] {
  return exportPart(mesh, format, {
    folder: one.cluster,
    cluster: clusterNamed(mesh, one.cluster),
    objects: leaveOut(one.objects).kept,
  });
}

function exportCluster(format: ExportFormat, cluster = "west"): ReadonlyMap<string, string> {
  const one = rendered.find((each) => each.cluster === cluster);
  return new Map((one === undefined ? [] : filesOf(twoClusters, format, one)).map((file) => [file.path, file.text]));
}

function partsOf(mesh: Mesh, clusters: readonly RenderedCluster[]): readonly ExportedPart[] {
  return clusters.map((one) => {
    const { kept, leftOut } = leaveOut(one.objects);
    return {
      folder: one.cluster,
      cluster: clusterNamed(mesh, one.cluster),
      waves: [...new Set(kept.map((placed) => placed.wave))],
      hasDefinitions: true,
      leftOut,
    };
  });
}

describe("an export of any mesh", () => {
  it.each(exportFormats)(
    "as %s has every object but the Secrets in a file of its own, twice the same, under safe and unique paths",
    (format) => {
      fc.assert(
        fc.property(arbitraryMesh, (mesh) => {
          const { clusters } = renderMesh(mesh, materialsOf(mesh, { keys: true }));
          const files = clusters.flatMap((one) => filesOf(mesh, format, one));
          expect(clusters.flatMap((one) => filesOf(mesh, format, one))).toEqual(files);
          const paths = files.map((file) => file.path.toLowerCase());
          expect(new Set(paths).size).toBe(paths.length);
          expect(paths.filter((path) => !/^[a-z0-9_-]+(\/[a-z0-9][a-z0-9._-]*)+$/.test(path))).toEqual([]);
          const objects = clusters.flatMap((one) => leaveOut(one.objects).kept.map((placed) => placed.object));
          const manifests = files.filter((file) => !/(kustomization|fleet)\.yaml$/.test(file.path));
          expect(manifests.map((file) => sortedText(parse(file.text, { version: "1.1" }))).toSorted()).toEqual(
            objects.map(sortedText).toSorted(),
          );
        }),
        { numRuns: runsOfToday(15) },
      );
    },
  );

  it("has no secret value and no stand-in for one, also in its README", () => {
    fc.assert(
      fc.property(arbitraryMesh, fc.constantFrom(...exportFormats), (mesh, format) => {
        const { clusters } = renderMesh(mesh, materialsOf(mesh, { keys: true }));
        const texts = clusters.flatMap((one) => filesOf(mesh, format, one).map((file) => file.text));
        const all = [...texts, writeReadme(mesh, format, partsOf(mesh, clusters))].join("\n");
        expect(all).not.toMatch(/redacted|known after apply|ca-key\.pem:|token (of )?[a-z]+$/m);
      }),
      { numRuns: runsOfToday(15) },
    );
  });
});

describe("plain manifests", () => {
  it("have a folder for each wave that has objects, in the order of an apply", () => {
    expect([...exportCluster("yaml").keys()]).toEqual([
      "west/02-namespaces/0-namespace-istio-system.yaml",
      "west/02-namespaces/0-namespace-sample.yaml",
      "west/04-definitions/1-customresourcedefinition-gateways.networking.istio.io.yaml",
      "west/04-definitions/3-secret-istio-system-istio-reader-service-account-istio-remote-secret-token.yaml",
      "west/05-control-plane/6-deployment-istio-system-istiod.yaml",
      "west/06-gateways/5-gateway-istio-system-cross-network-gateway.yaml",
      "west/06-gateways/6-deployment-istio-system-istio-eastwestgateway.yaml",
      "west/08-services/4-service-sample-helloworld.yaml",
      "west/08-services/6-deployment-sample-helloworld-v1.yaml",
      "west/09-destinations/5-destinationrule-sample-helloworld.yaml",
      "west/09-destinations/5-gateway-sample-helloworld-gateway.yaml",
      "west/10-routes/5-virtualservice-sample-helloworld.yaml",
    ]);
  });
});

describe("kustomizations", () => {
  it("list every file of their folder, and the cluster's own one all folders in their order", () => {
    const files = exportCluster("kustomize");
    const west = parse(files.get("west/kustomization.yaml") ?? "") as Kustomization;
    expect(west).toMatchObject({ kind: "Kustomization", sortOptions: { order: "fifo" } });
    expect(west.resources).toEqual([
      "02-namespaces",
      "04-definitions",
      "05-control-plane",
      "06-gateways",
      "08-services",
      "09-destinations",
      "10-routes",
    ]);
    const listed = west.resources.flatMap((folder) => {
      const inner = parse(files.get(`west/${folder}/kustomization.yaml`) ?? "") as Kustomization;
      return inner.resources.map((file) => `west/${folder}/${file}`);
    });
    expect(listed).toEqual([...exportCluster("yaml").keys()]);
  });
});

describe("Fleet bundles", () => {
  it("go to one cluster, by the label that Rancher gives it", () => {
    const files = exportCluster("fleet");
    const bundles = [...files].filter(([path]) => path.endsWith("fleet.yaml")).map(([, text]) => parse(text) as Bundle);
    expect(bundles).toHaveLength(7);
    for (const bundle of bundles) {
      expect(bundle.overrideTargets).toEqual([
        { clusterSelector: { matchLabels: { "management.cattle.io/cluster-display-name": "west" } } },
      ]);
    }
  });

  it("go by the ID to a cluster that the mesh file names by its ID", () => {
    const [west] = twoClusters.clusters;
    const cluster = {
      ...west,
      name: "west",
      access: { kind: "rancher", rancherId: "c-abc" },
    } as Mesh["clusters"][number];
    const [one] = rendered;
    const files = exportPart(twoClusters, "fleet", {
      folder: "west",
      cluster,
      objects: leaveOut(one?.objects ?? []).kept,
    });
    const bundle = parse(files.find((file) => file.path.endsWith("10-routes/fleet.yaml"))?.text ?? "") as Bundle;
    expect(bundle.overrideTargets).toEqual([
      { clusterSelector: { matchLabels: { "management.cattle.io/cluster-name": "c-abc" } } },
    ]);
  });

  it("wait for the bundles before them, through waves that have none", () => {
    const depends = Object.fromEntries(
      [...exportCluster("fleet")]
        .filter(([path]) => path.endsWith("fleet.yaml"))
        .map(([, text]) => parse(text) as Bundle)
        .map((bundle) => [bundle.name, bundle.dependsOn?.map((one) => one.name)]),
    );
    expect(depends).toEqual({
      "sandbox-west-02-namespaces": undefined,
      "sandbox-west-04-definitions": ["sandbox-west-02-namespaces"],
      "sandbox-west-05-control-plane": ["sandbox-west-04-definitions"],
      "sandbox-west-06-gateways": ["sandbox-west-05-control-plane"],
      "sandbox-west-08-services": ["sandbox-west-05-control-plane"],
      "sandbox-west-09-destinations": ["sandbox-west-05-control-plane"],
      "sandbox-west-10-routes": [
        "sandbox-west-09-destinations",
        "sandbox-west-08-services",
        "sandbox-west-06-gateways",
      ],
    });
  });

  it("have names that are unique and short enough for Helm, and wait only for bundles that exist", () => {
    fc.assert(
      fc.property(arbitraryMesh, (mesh) => {
        const { clusters } = renderMesh(mesh, materialsOf(mesh, { keys: false }));
        const bundles = clusters.flatMap((one) =>
          filesOf(mesh, "fleet", one)
            .filter((file) => file.path.endsWith("fleet.yaml"))
            .map((file) => parse(file.text, { version: "1.1" }) as Bundle),
        );
        const names = bundles.map((bundle) => bundle.name);
        expect(new Set(names).size).toBe(names.length);
        expect(names.filter((name) => !/^[a-z0-9]([a-z0-9-]{0,51}[a-z0-9])?$/.test(name))).toEqual([]);
        const missing = bundles.flatMap((bundle) => bundle.dependsOn ?? []).filter((one) => !names.includes(one.name));
        expect(missing).toEqual([]);
      }),
      { numRuns: runsOfToday(15) },
    );
  });

  it("do not call it a change what istiod sets in its webhooks", () => {
    const validator: KubeObject = {
      apiVersion: "admissionregistration.k8s.io/v1",
      kind: "ValidatingWebhookConfiguration",
      metadata: { name: "istio-validator-istio-system" },
      webhooks: [{ name: "rev.validation.istio.io", failurePolicy: "Ignore" }],
    };
    const [file] = exportPart(twoClusters, "fleet", {
      folder: "west",
      cluster: twoClusters.clusters[0],
      objects: [{ wave: "control-plane", object: validator }],
    }).filter((one) => one.path.endsWith("fleet.yaml"));
    expect((parse(file?.text ?? "") as Bundle).diff?.comparePatches).toEqual([
      {
        apiVersion: "admissionregistration.k8s.io/v1",
        kind: "ValidatingWebhookConfiguration",
        name: "istio-validator-istio-system",
        operations: [
          { op: "remove", path: "/webhooks/0/clientConfig/caBundle" },
          { op: "remove", path: "/webhooks/0/failurePolicy" },
        ],
      },
    ]);
  });
});

describe("the folder for Rancher's local cluster", () => {
  it("is never that of a cluster, also when one is called management", () => {
    const named = (name: string): Mesh => ({
      ...twoClusters,
      clusters: [{ ...twoClusters.clusters[0], name }] as Mesh["clusters"],
    });
    expect(rancherLocalFolder(named("west"))).toBe("management");
    expect(rancherLocalFolder(named("management"))).toBe("_management");
  });
});

describe("what is left out", () => {
  it("is named by what makes it; a Secret of a service's manifests by itself", () => {
    const [one] = rendered;
    const own: KubeObject = {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: "database", namespace: "sample" },
      data: { password: new Secret("cGFzcw==") },
    };
    const { kept, leftOut } = leaveOut([...(one?.objects ?? []), { wave: "services", object: own }]);
    expect(leftOut).toEqual({
      cacerts: true,
      remotes: ["east"],
      others: [{ group: "", kind: "Secret", namespace: "sample", name: "database" }],
      apps: [],
      annotations: [],
    });
    expect(
      kept.filter((placed) => placed.object.kind === "Secret").map((placed) => placed.object.metadata.name),
    ).toEqual(["istio-reader-service-account-istio-remote-secret-token"]);
  });
});

describe("what only a running mesh knows", () => {
  it("is left out of its object, and named", () => {
    const published: KubeObject = {
      apiVersion: "networking.istio.io/v1",
      kind: "Gateway",
      metadata: { name: "front", namespace: "sample", annotations: { target: unknownText("addresses"), other: "a" } },
    };
    const { kept, leftOut } = leaveOut([{ wave: "front-doors", object: published }]);
    expect(kept[0]?.object.metadata.annotations).toEqual({ other: "a" });
    expect(leftOut.annotations).toEqual([
      { id: { group: "networking.istio.io", kind: "Gateway", namespace: "sample", name: "front" }, name: "target" },
    ]);
  });

  it("is left to Rancher, where Rancher installs Istio", () => {
    const mesh: Mesh = { ...twoClusters, istio: { version: "1.23.2", install: "rancher", profile: "demo" } };
    const { clusters } = renderMesh(mesh, materials);
    const [west] = partsOf(mesh, clusters);
    expect(west?.leftOut.apps.map((id) => id.name)).toEqual(["rancher-istio"]);
    const text = writeReadme(mesh, "yaml", partsOf(mesh, clusters));
    expect(text).toContain("### App istio-system/rancher-istio on west");
    expect(text).toContain("until kubectl --context isthmus-west -n istio-system get service/istio-eastwestgateway");
  });
});

describe("the README", () => {
  const text = writeReadme(twoClusters, "yaml", partsOf(twoClusters, rendered));

  it("says for every folder how it is applied, in the order of waves", () => {
    const applied = [...text.matchAll(/apply --server-side -R -f (\S+)/g)].map(([, folder]) => folder);
    const folders = ["02-namespaces", "04-definitions", "05-control-plane", "06-gateways", "08-services"];
    expect(applied).toEqual(
      [...folders, "09-destinations", "10-routes"].flatMap((folder) => [`west/${folder}`, `east/${folder}`]),
    );
  });

  it("waits for a step when every cluster has got it, since they become ready side by side", () => {
    const [, block = ""] = /^### 05-control-plane\n\n```sh\n([^`]*)```/m.exec(text) ?? [];
    expect([...block.matchAll(/--context isthmus-(\w+) .*?(apply|rollout)/g)].map(([, ...found]) => found)).toEqual([
      ["west", "apply"],
      ["east", "apply"],
      ["west", "rollout"],
      ["east", "rollout"],
    ]);
  });

  it("says how each Secret is made", () => {
    expect(text).toContain("### cacerts on west");
    expect(text).toContain("### cacerts on east");
    expect(text).toContain("istioctl create-remote-secret --context isthmus-east --name east > east.yaml");
    expect(text).toContain("grep -vx west.yaml | xargs -n 1 kubectl --context isthmus-west apply");
  });

  it("waits for the Deployment of a revision by its name", () => {
    const mesh = { ...twoClusters, istio: { ...twoClusters.istio, values: { revision: "canary" } } };
    expect(text).toContain("rollout status deployment/istiod --timeout");
    expect(writeReadme(mesh, "yaml", partsOf(mesh, rendered))).toContain(
      "rollout status deployment/istiod-canary --timeout",
    );
    const operator: Mesh = { ...mesh, istio: { ...mesh.istio, install: "operator", version: "1.20.0" } };
    const { clusters } = renderMesh(operator, materials);
    expect(writeReadme(operator, "yaml", partsOf(operator, clusters))).toContain(
      "get deployment/istiod-canary; do sleep",
    );
  });

  it("quotes contexts for the shell", () => {
    const clusters = twoClusters.clusters.map((cluster) => ({
      ...cluster,
      access: { kind: "context" as const, context: `it's ${cluster.name}` },
    }));
    const mesh = { ...twoClusters, clusters };
    expect(writeReadme(mesh, "yaml", partsOf(mesh, rendered))).toContain("kubectl --context 'it'\\''s west' apply");
  });

  it("grows with the clusters, not with their pairs", () => {
    const length = (count: number): number => {
      const clusters = Array.from({ length: count }, (_, index) => ({
        ...twoClusters.clusters[0],
        name: `cluster-${String(index).padStart(4, "0")}`,
      })) as Mesh["clusters"];
      const names = clusters.map((cluster) => cluster.name);
      const parts = clusters.map((cluster) => ({
        folder: cluster.name,
        cluster,
        waves: ["namespaces" as const],
        hasDefinitions: false,
        leftOut: {
          cacerts: true,
          remotes: names.filter((name) => name !== cluster.name),
          others: [],
          apps: [],
          annotations: [],
        },
      }));
      return writeReadme({ ...twoClusters, clusters, services: [] }, "yaml", parts).length;
    };
    expect(length(200) / length(100)).toBeLessThan(2.1);
  });
});

interface Kustomization {
  readonly resources: readonly string[];
}

interface Bundle {
  readonly name: string;
  readonly overrideTargets: readonly unknown[];
  readonly dependsOn?: readonly { readonly name: string }[];
  readonly diff?: { readonly comparePatches: readonly unknown[] };
}

/** JSON with sorted keys. */
function sortedText(value: unknown): string {
  return JSON.stringify(value, (_, one: unknown) =>
    typeof one === "object" && one !== null && !Array.isArray(one)
      ? Object.fromEntries(Object.entries(one).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : one,
  );
}
