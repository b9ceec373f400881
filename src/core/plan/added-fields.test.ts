import { describe, expect, it } from "vitest";
import type { Json, KubeObject } from "../model/kube-object.ts";
import { addedFields } from "./added-fields.ts";

const early = "2026-01-01T10:00:00Z";
const late = "2026-01-01T11:00:00Z";

function entry(manager: string, fieldsV1: Json, more: Readonly<Record<string, Json>> = {}): Json {
  return { manager, operation: "Update", time: late, fieldsType: "FieldsV1", fieldsV1, ...more };
}

function mine(fieldsV1: Json, time = early): Json {
  return entry("isthmus", fieldsV1, { operation: "Apply", time });
}

function service(
  spec: Json,
  managedFields: readonly Json[],
  metadata: Readonly<Record<string, Json>> = {},
): KubeObject {
  return { apiVersion: "v1", kind: "Service", metadata: { name: "web", ...metadata, managedFields }, spec };
}

function paths(object: KubeObject, ...changed: readonly string[]): readonly string[] {
  const changes = changed.map((path) => ({ path, before: undefined, after: undefined }));
  return addedFields(object, changes).map(({ path }) => path);
}

const port = 'k:{"port":80,"protocol":"TCP"}';

describe("what others have added to an object", () => {
  it("is a field that another manager alone owns, with its value, its writer and where it is", () => {
    const object = service(
      {
        ports: [
          { name: "admin", port: 9 },
          { name: "http", port: 80, protocol: "TCP", appProtocol: "grpc" },
        ],
      },
      [
        mine({ "f:spec": { "f:ports": { [port]: { ".": {}, "f:name": {}, "f:port": {} } } } }),
        entry("kubectl-patch", { "f:spec": { "f:ports": { [port]: { "f:appProtocol": {} } } } }),
      ],
    );
    expect(addedFields(object, [])).toEqual([
      {
        path: 'spec.ports[name="http"].appProtocol',
        pointer: "/spec/ports/1/appProtocol",
        value: "grpc",
        item: { pointer: "/spec/ports/1/name", value: "http" },
        writer: { manager: "kubectl-patch", time: late },
        older: false,
      },
    ]);
  });

  it("is nothing that we ask for ourselves, whoever has put it back, nor what it is part of", () => {
    const selector = { app: "web" };
    const ports = [
      { name: "admin", port: 9 },
      { name: "http", port: 80, protocol: "TCP", appProtocol: "http" },
    ];
    const object = service({ selector, ports }, [
      mine({ "f:spec": { "f:ports": { [port]: { ".": {}, "f:name": {}, "f:port": {} } } } }),
      entry("kubectl-patch", {
        // A selector has one owner as a whole.
        "f:spec": { "f:selector": {}, "f:ports": { [port]: { "f:appProtocol": {} } } },
      }),
    ]);
    const asked = (more: Json): KubeObject => ({
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { selector, ports: more },
    });
    const of = (wish: KubeObject): readonly string[] =>
      addedFields(object, [], { asked: wish }).map(({ path }) => path);
    expect(of(asked([{ name: "http", port: 80, appProtocol: "http" }]))).toEqual([]);
    expect(of(asked([{ name: "http", port: 80 }]))).toEqual(['spec.ports[name="http"].appProtocol']);
    expect(paths(object)).toEqual(["spec.selector", 'spec.ports[name="http"].appProtocol']);
  });

  it("is the highest field that holds nothing of ours", () => {
    const tls = { "f:trafficPolicy": { "f:tls": { ".": {}, "f:mode": {} } } };
    const rule = (own: Json): KubeObject => ({
      ...service({ host: "a", trafficPolicy: { tls: { mode: "SIMPLE" }, loadBalancer: { simple: "RANDOM" } } }, [
        mine({ "f:spec": own }),
        entry("kubectl", { "f:spec": tls }),
      ]),
      apiVersion: "networking.istio.io/v1",
      kind: "DestinationRule",
    });
    expect(paths(rule({ "f:host": {} }))).toEqual(["spec.trafficPolicy"]);
    expect(paths(rule({ "f:host": {}, "f:trafficPolicy": { "f:loadBalancer": { "f:simple": {} } } }))).toEqual([
      "spec.trafficPolicy.tls",
    ]);
  });

  it("is each label and annotation by itself, and only those that somebody goes by", () => {
    const keys = {
      "f:team": {},
      "f:topology.istio.io/network": {},
      "f:service.beta.kubernetes.io/aws-load-balancer-internal": {},
      "f:field.cattle.io/publicEndpoints": {},
      "f:metallb.io/ip-allocated-from-pool": {},
      "f:kubectl.kubernetes.io/last-applied-configuration": {},
    };
    const values = Object.fromEntries(Object.keys(keys).map((key) => [key.slice(2), "x"]));
    const object = service(
      {},
      [
        mine({ "f:spec": { "f:type": {} } }),
        entry("kubectl", { "f:metadata": { "f:annotations": { ".": {}, ...keys } } }),
      ],
      { annotations: values },
    );
    expect(paths(object)).toEqual([
      'metadata.annotations["topology.istio.io/network"]',
      'metadata.annotations["service.beta.kubernetes.io/aws-load-balancer-internal"]',
    ]);
  });

  const added = { "f:spec": { "f:sessionAffinity": {} } };
  const spec = { type: "LoadBalancer", sessionAffinity: "ClientIP" };

  it.each<readonly [string, KubeObject, readonly string[]]>([
    ["what we have applied as well", service(spec, [mine(added), entry("kubectl", added)]), []],
    [
      "what an apply would change: that is drift",
      service(spec, [mine({ "f:spec": { "f:type": {} } }), entry("kubectl", added)]),
      ["spec.sessionAffinity"],
    ],
    [
      "what nobody owns: Kubernetes' own values",
      service(spec, [mine({ "f:spec": { "f:type": {} } }), entry("kubectl", {})]),
      [],
    ],
    ["a status", service(spec, [mine({ "f:spec": {} }), entry("kubectl", added, { subresource: "status" })]), []],
    ["an object that we have never applied", service(spec, [entry("helm", added)]), []],
    [
      "what controllers write",
      service(spec, [mine({ "f:spec": { "f:type": {} } }), entry("aws-cloud-controller-manager", added)]),
      [],
    ],
    [
      "what the API server gives a Service",
      service({ clusterIP: "10.0.0.1", ports: [{ port: 80, protocol: "TCP", nodePort: 30000 }] }, [
        mine({ "f:spec": { "f:ports": { [port]: { "f:port": {} } } } }),
        entry("kubectl-edit", { "f:spec": { "f:clusterIP": {}, "f:ports": { [port]: { "f:nodePort": {} } } } }),
      ]),
      [],
    ],
    [
      "a namespace, which belongs to many",
      { ...service(spec, [mine({ "f:spec": { "f:type": {} } }), entry("kubectl", added)]), kind: "Namespace" },
      [],
    ],
  ])("is none: %s", (_, object, changed) => {
    expect(paths(object, ...changed)).toEqual([]);
  });

  it("does not count a restart, a scale and an autoscaler as additions", () => {
    const object: KubeObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "web",
        managedFields: [
          mine({ "f:spec": { "f:template": { "f:spec": { "f:serviceAccountName": {} } } } }),
          entry("kubectl-rollout", {
            "f:spec": {
              "f:template": { "f:metadata": { "f:annotations": { "f:kubectl.kubernetes.io/restartedAt": {} } } },
            },
          }),
          entry("kubectl", { "f:spec": { "f:replicas": {} } }, { subresource: "scale" }),
          entry("keda", { "f:spec": { "f:replicas": {} } }),
        ],
      },
      spec: {
        replicas: 3,
        template: {
          metadata: { annotations: { "kubectl.kubernetes.io/restartedAt": "now" } },
          spec: { serviceAccountName: "web" },
        },
      },
    };
    expect(paths(object)).toEqual([]);
  });

  it("sees an annotation beside the empty map that a restart leaves behind when somebody replaces them all", () => {
    const annotations = (fields: Record<string, Json>): Json => ({
      "f:spec": { "f:template": { "f:metadata": { "f:annotations": fields } } },
    });
    const object: KubeObject = {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: {
        name: "web",
        managedFields: [
          mine({ "f:spec": { "f:template": { "f:spec": { "f:serviceAccountName": {} } } } }),
          // As an API server of 1.36 keeps it: of the map alone, which says nothing of what is in it.
          entry("kubectl-rollout", annotations({})),
          entry("kubectl-patch", annotations({ "f:proxy.istio.io/config": {} })),
        ],
      },
      spec: {
        template: {
          metadata: { annotations: { "proxy.istio.io/config": "discoveryAddress: istiod.nowhere.svc:15012" } },
          spec: { serviceAccountName: "web" },
        },
      },
    };
    expect(paths(object)).toEqual(['spec.template.metadata.annotations["proxy.istio.io/config"]']);
  });

  it("says what was there before our last change of the object", () => {
    const object = service(spec, [mine({ "f:spec": { "f:type": {} } }, late), entry("helm", added, { time: early })]);
    expect(addedFields(object, []).map(({ older }) => older)).toEqual([true]);
  });

  it("is judged by what we ask for where an apply took an object over as it was, apart from what its maker wrote", () => {
    const object = service(
      { type: "LoadBalancer", sessionAffinity: "None" },
      [
        entry("kubectl-client-side-apply", { "f:spec": { "f:type": {}, "f:sessionAffinity": {} } }, { time: early }),
        entry("kubectl-label", { "f:metadata": { "f:labels": { "f:networking.istio.io/gatewayPort": {} } } }),
      ],
      { labels: { "networking.istio.io/gatewayPort": "15444" } },
    );
    const asked: KubeObject = {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name: "web" },
      spec: { type: "LoadBalancer" },
    };
    const of = (known: Parameters<typeof addedFields>[2]): readonly unknown[] =>
      addedFields(object, [], known).map(({ path, older }) => [path, older]);
    expect(of({ asked, isListed: true })).toEqual([
      ["spec.sessionAffinity", true],
      ['metadata.labels["networking.istio.io/gatewayPort"]', false],
    ]);
    expect(of({ asked })).toEqual([]);
    expect(of({ isListed: true })).toEqual([]);
  });
});
