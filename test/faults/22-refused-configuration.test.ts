import { beforeAll, it } from "vitest";
import { apply, change, expectCause, expectClean, standMesh } from "./standing-mesh.ts";

/** Istio's own validation lets it pass, and Envoy cannot compile the expression: the kind of object behind most refusals. */
const filter = {
  apiVersion: "networking.istio.io/v1alpha3",
  kind: "EnvoyFilter",
  metadata: { name: "unreadable", namespace: "istio-system" },
  spec: {
    workloadSelector: { labels: { istio: "ingressgateway" } },
    configPatches: [
      {
        applyTo: "HTTP_ROUTE",
        match: { context: "GATEWAY" },
        patch: {
          operation: "MERGE",
          value: {
            route: {
              hash_policy: [
                { header: { header_name: "x-user", regex_rewrite: { pattern: { regex: "(" }, substitution: "" } } },
              ],
            },
          },
        },
      },
    ],
  },
};

beforeAll(async () => standMesh());

it("names the proxy that refuses its routes, and is content when the object is gone", async () => {
  await apply("west", filter);
  await expectCause("ISM466", "west");
  await change("west", ["-n", "istio-system", "delete", "envoyfilter", "unreadable"]);
  await expectClean();
});
