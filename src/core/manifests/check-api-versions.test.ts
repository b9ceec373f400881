import { expect, it } from "vitest";
import type { KubeObject } from "../model/kube-object.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { checkApiVersions } from "./check-api-versions.ts";

/** Of an Istio that somebody else has installed nobody knows what Kubernetes it runs on. */
function said(apiVersion: string, kind: string, install: "existing" | "istioctl" = "existing"): string {
  const object: KubeObject = { apiVersion, kind, metadata: { name: "web", namespace: "shop" } };
  const [found] = checkApiVersions(object, { istio: { ...twoClusters.istio, version: "1.31.0", install } });
  return found === undefined ? "" : `${found.severity} ${found.code} ${found.detail} ${found.fix}`;
}

it.each([
  ["extensions/v1beta1", "Ingress", "no more since 1.22", "apiVersion: networking.k8s.io/v1,"],
  ["apps/v1beta2", "StatefulSet", "no more since 1.16", "apiVersion: apps/v1,"],
  ["batch/v1beta1", "CronJob", "no more since 1.25", "apiVersion: batch/v1,"],
  ["autoscaling/v2beta2", "HorizontalPodAutoscaler", "no more since 1.26", "apiVersion: autoscaling/v2,"],
  ["policy/v1beta1", "PodSecurityPolicy", "no more since 1.25", "nothing took its place"],
])("warns of %s %s, with what is served instead", (apiVersion, kind, since, fix) => {
  expect(said(apiVersion, kind)).toMatch(/^warning ISM867 /);
  expect(said(apiVersion, kind)).toContain(since);
  expect(said(apiVersion, kind)).toContain(fix);
});

it("is sure where the mesh's Istio asks for a Kubernetes that has lost it", () => {
  expect(said("batch/v1beta1", "CronJob", "istioctl")).toMatch(
    /^error ISM867 .* Istio 1\.31\.0 asks for Kubernetes 1\.32 at least, so that every cluster refuses it\./,
  );
});

it.each([
  ["apps/v1", "Deployment"],
  ["networking.k8s.io/v1", "Ingress"],
  ["policy/v1", "PodDisruptionBudget"],
  ["networking.istio.io/v1beta1", "VirtualService"],
  ["autoscaling/v1", "HorizontalPodAutoscaler"],
])("says nothing of %s %s", (apiVersion, kind) => {
  expect(said(apiVersion, kind)).toBe("");
});
