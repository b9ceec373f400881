import { expect, it } from "vitest";
import { definitionCalled, definitionOf } from "./subjects.ts";

it.each([
  ["networking.istio.io", "Gateway", "gateways"],
  ["networking.istio.io", "ServiceEntry", "serviceentries"],
  ["networking.istio.io", "VirtualService", "virtualservices"],
  ["security.istio.io", "AuthorizationPolicy", "authorizationpolicies"],
  ["telemetry.istio.io", "Telemetry", "telemetries"],
])("finds the definition of %s %s by the name that it has in a cluster", (group, kind, plural) => {
  expect(definitionOf("east", { group, kind })).toBe(definitionCalled("east", `${plural}.${group}`));
});
