import { describe, expect, it } from "vitest";
import type { Mesh } from "../model/mesh.ts";
import { twoClusters } from "../testing/two-clusters.ts";
import { adviseMesh } from "./advise-mesh.ts";

const [service] = twoClusters.services;
const [route] = service?.routes ?? [];

function published(provider?: string, host = "hello.a.example"): Mesh {
  if (service === undefined || route === undefined) {
    throw new Error("the mesh of the tests has a route");
  }
  const routes = [{ ...route, hosts: [host], dns: { via: "externalDns" as const } }];
  return {
    ...twoClusters,
    services: [{ ...service, routes }],
    ...(provider === undefined ? {} : { dns: { zone: "a.example", provider: { name: provider, settings: {} } } }),
  };
}

describe("advice on a mesh", () => {
  it("is none for the sandbox's", () => {
    expect(adviseMesh(twoClusters)).toEqual([]);
  });

  it("says that Rancher's chart is deprecated, and what replaces it", () => {
    const [advice] = adviseMesh({ ...twoClusters, istio: { ...twoClusters.istio, install: "rancher" } });
    expect(advice).toMatchObject({ code: "ISM217", severity: "warning" });
    expect(advice?.detail).toContain("SUSE Application Collection");
  });

  it("says that an Istio is newer than the table", () => {
    const [advice] = adviseMesh({ ...twoClusters, istio: { ...twoClusters.istio, version: "1.99.0" } });
    expect(advice?.code).toBe("ISM218");
  });

  it("warns of a key of meshConfig that the release may not have, where its fields are not known", () => {
    const values = { meshConfig: { acessLogFile: "/dev/stdout" } };
    const [advice, ...others] = adviseMesh({
      ...twoClusters,
      istio: { ...twoClusters.istio, version: "1.27.0", values },
    });
    expect(advice).toMatchObject({
      code: "ISM552",
      severity: "warning",
      fix: "Did you mean meshConfig.accessLogFile?",
    });
    expect(others).toEqual([]);
  });

  it("gives external-dns' arguments, the same owner for every cluster", () => {
    const [advice] = adviseMesh(published("rfc2136"));
    expect(advice?.code).toBe("ISM219");
    expect(advice?.fix).toContain(
      "--source=istio-gateway --domain-filter=a.example --provider=rfc2136 --registry=txt --txt-owner-id=sandbox --policy=upsert-only",
    );
  });

  it("keeps the owner of a zone's own name within the zone", () => {
    const [advice] = adviseMesh(published("rfc2136", "a.example"));
    expect(advice?.fix).toContain("--txt-owner-id=sandbox --txt-prefix=%{record_type}. --policy=upsert-only");
    expect(advice?.detail).toContain("writes who owns it to a-a.example, outside of the zone");
  });

  it("knows that Designate left external-dns", () => {
    const [advice] = adviseMesh(published("designate"));
    expect(advice?.fix).toContain("--provider=webhook");
    expect(advice?.detail).toContain("Before external-dns 0.17");
  });

  it("leaves the provider to the user where the mesh file has no zone", () => {
    expect(adviseMesh(published())[0]?.fix).not.toContain("--provider");
  });
});
