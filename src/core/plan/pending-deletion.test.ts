import { expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { describeHold, pendingDeletion } from "./pending-deletion.ts";

const route: KubeObject = {
  apiVersion: "networking.istio.io/v1",
  kind: "VirtualService",
  metadata: {
    name: "orders",
    namespace: "shop",
    deletionTimestamp: "2026-11-23T05:00:00Z",
    finalizers: ["team.example/hold", "foregroundDeletion"],
    managedFields: [
      { manager: "isthmus", fieldsV1: { "f:spec": {} } },
      { manager: "auditor", fieldsV1: { "f:metadata": { "f:finalizers": { 'v:"team.example/hold"': {} } } } },
    ],
  },
};

it("is of an object that somebody has deleted, with what holds it and who has set that", () => {
  expect(pendingDeletion(route)).toEqual({
    since: "2026-11-23T05:00:00Z",
    finalizers: [{ name: "team.example/hold", manager: "auditor" }, { name: "foregroundDeletion" }],
  });
});

it("is none of an object that nobody has deleted, whatever finalizers it has", () => {
  const { deletionTimestamp: _deleted, ...metadata } = route.metadata;
  expect(pendingDeletion({ ...route, metadata: { ...metadata, name: "orders" } })).toBeUndefined();
});

it("says who takes each finalizer away", () => {
  const deletion = pendingDeletion(route);
  expect(deletion === undefined ? "" : describeHold(deletion)).toBe(
    "it is held by the finalizers team.example/hold (taken away by whoever works for it, set by auditor) and foregroundDeletion (taken away by the garbage collector of kube-controller-manager, once what the object owns is gone)",
  );
  expect(describeHold({ since: "2026-11-23T05:00:00Z", finalizers: [] })).toBe(
    "no finalizer holds it, so that it is about to go",
  );
});
