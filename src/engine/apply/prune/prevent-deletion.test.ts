import { describe, expect, it } from "vitest";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import { idOf, keyOf } from "../../../core/model/kube-object.ts";
import { clusterNamed } from "../../../core/model/mesh.ts";
import { keepAnnotation } from "../../../core/render/names.ts";
import { twoClusters } from "../../../core/testing/two-clusters.ts";
import type { WireObject } from "../../../kube/fake/fake-store.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import type { Connected } from "../../clusters/connect-clusters.ts";
import { preventDeletion } from "./prevent-deletion.ts";

const { signal } = new AbortController();
/** A cluster with these objects beside what is asked about. */
async function clusterWith(...objects: readonly WireObject[]): Promise<Connected> {
  const kinds = [
    ...["Deployment", "StatefulSet", "DaemonSet"].map((kind) => ({ apiVersion: "apps/v1", kind })),
    ...["Job", "CronJob"].map((kind) => ({ apiVersion: "batch/v1", kind })),
    ...["Pod", "Service", "PersistentVolumeClaim"].map((kind) => ({ apiVersion: "v1", kind })),
    { apiVersion: "networking.istio.io/v1", kind: "VirtualService" },
  ].map((kind) => ({ ...kind, plural: `${kind.kind.toLowerCase()}s`, namespaced: true }));
  const { server, client } = await connectFake({ cluster: "west", api: { kinds } });
  for (const object of objects) {
    server.store.put(object, { store: true });
  }
  return {
    client,
    cluster: clusterNamed(twoClusters, "west"),
    context: { context: "admin@west" },
  } as unknown as Connected;
}

function object(kind: string, name: string, metadata: object = {}, apiVersion = "v1"): WireObject {
  return { apiVersion, kind, metadata: { name, namespace: "sample", managedFields: by("kubectl"), ...metadata } };
}

function by(...managers: readonly string[]): readonly object[] {
  return managers.map((manager) => ({ manager, operation: "Update" }));
}

const namespace: KubeObject = { apiVersion: "v1", kind: "Namespace", metadata: { name: "sample" } };
const definition: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "virtualservices.networking.istio.io" },
  spec: {
    group: "networking.istio.io",
    names: { kind: "VirtualService" },
    versions: [{ name: "v1", served: true, storage: true }],
  },
};

async function judge(
  live: KubeObject,
  beside: readonly WireObject[],
  mesh: { readonly owned?: readonly string[]; readonly kept?: readonly KubeObject[] } = {},
) {
  return preventDeletion(
    await clusterWith(...beside),
    { id: idOf(live), live },
    { owned: new Set(mesh.owned ?? []), kept: (mesh.kept ?? []).map(idOf) },
    signal,
  );
}

describe("a namespace that isthmus made", () => {
  it.each([
    ["is empty", []],
    [
      "holds what a controller made",
      [object("ConfigMap", "istio-ca-root-cert", { managedFields: by("pilot-discovery") })],
    ],
    [
      "holds what another object owns",
      [object("Pod", "a-1", { ownerReferences: [{ kind: "ReplicaSet", name: "a" }] })],
    ],
    [
      "holds a certificate's Secret",
      [object("Secret", "tls", { managedFields: by("cert-manager-certificates-issuing") })],
    ],
    ["holds what is going away", [object("ConfigMap", "a", { deletionTimestamp: "2026-01-01T00:00:00Z" })]],
  ] as const)("goes when it %s", async (_when, beside) => {
    expect(await judge(namespace, beside)).toBeUndefined();
  });

  it.each([
    ["a workload", object("Deployment", "theirs", {}, "apps/v1")],
    ["a volume", object("PersistentVolumeClaim", "theirs")],
    [
      "a ConfigMap that somebody edited after a controller",
      object("ConfigMap", "theirs", { managedFields: by("pilot-discovery", "kubectl-edit") }),
    ],
  ])("stays for %s of somebody else", async (_what, theirs) => {
    const keptObject = await judge(namespace, [theirs]);
    expect(keptObject?.code).toBe("ISM312");
    expect(keptObject?.detail).toContain(`${theirs.kind} sample/theirs`);
  });

  it("goes with what is listed as owned, and stays for what of that is kept", async () => {
    const service = object("Service", "helloworld");
    const owned = [keyOf(idOf(service as unknown as KubeObject))];
    expect(await judge(namespace, [service], { owned })).toBeUndefined();
    const kept = [service as unknown as KubeObject];
    expect((await judge(namespace, [service], { owned, kept }))?.code).toBe("ISM312");
  });
});

describe("a definition that isthmus made", () => {
  const theirs = object("VirtualService", "theirs", {}, "networking.istio.io/v1");

  it("stays while others have objects of its kind", async () => {
    const keptObject = await judge(definition, [theirs]);
    expect(keptObject?.code).toBe("ISM313");
    expect(keptObject?.fix).toContain(
      "kubectl --context admin@west delete customresourcedefinition.apiextensions.k8s.io virtualservices",
    );
    expect(await judge(definition, [])).toBeUndefined();
  });
});

describe("what is marked to be kept", () => {
  it("stays, whatever it is", async () => {
    const marked = { ...namespace, metadata: { ...namespace.metadata, annotations: { [keepAnnotation]: "true" } } };
    expect((await judge(marked, []))?.code).toBe("ISM311");
  });
});
