import { expect, it } from "vitest";
import { endpointOf } from "./endpoint.ts";

it("does not say the password that stands in an address", () => {
  const context = {
    context: "west",
    file: "/etc/kubeconfig",
    user: { name: "me" },
    insecureSkipTlsVerify: false,
    extensions: {},
  };
  const of = (server: string) => endpointOf({ ...context, server }).server;
  expect(of("https://me:z9x8c7v6@203.0.113.10:6443/k8s")).toBe("https://me:<redacted>@203.0.113.10:6443/k8s");
  expect(of("https://203.0.113.10:6443")).toBe("https://203.0.113.10:6443");
});
