import { expect, it } from "vitest";
import { renderCoreDns } from "./coredns.ts";

interface Rendered {
  readonly data: { readonly Corefile: string };
  readonly spec: { readonly template: { readonly metadata: { readonly annotations?: object } } };
}

function rendered(kind: string, ...given: Parameters<typeof renderCoreDns>): Rendered {
  const found = renderCoreDns(...given).find(({ path }) => path.includes(`/${kind}/`));
  return (found?.object ?? {}) as Rendered;
}

function corefileOf(...given: Parameters<typeof renderCoreDns>): string {
  return rendered("configmaps", ...given).data.Corefile;
}

function annotationsOf(...given: Parameters<typeof renderCoreDns>): object | undefined {
  return rendered("deployments", ...given).spec.template.metadata.annotations;
}

it("knows names of the cluster, and those of a front door from its own server; a new pod reads the new file", () => {
  expect(corefileOf("coredns:1")).not.toContain("forward");
  const dns = { zone: "example.test", server: "172.30.0.9" };
  expect(corefileOf("coredns:1", dns)).toContain("example.test:53 {\n  errors\n  forward . 172.30.0.9\n}");
  expect(annotationsOf("coredns:1")).toBeUndefined();
  expect(annotationsOf("coredns:1", dns)).not.toEqual(annotationsOf("coredns:1", { ...dns, server: "172.30.16.9" }));
});
