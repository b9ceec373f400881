import { expect, it } from "vitest";
import { madeOf } from "../../core/proxy/envoy-route.ts";
import { readRoute } from "./proxy-route.ts";

it("reads what a route asks for and does, and of headers the values that may be known", () => {
  const route = {
    match: {
      path_separated_prefix: "/s",
      headers: [
        { name: "X-Team", string_match: { exact: "blue" } },
        { name: "authorization", string_match: { prefix: "Bearer hunter2" }, invert_match: true },
      ],
      query_parameters: [{ name: "q" }],
      runtime_fraction: {},
    },
    route: { weighted_clusters: { clusters: [{ name: "a", weight: 1 }, { name: "b" }] } },
    metadata: {
      filter_metadata: { istio: { config: "/apis/networking.istio.io/v1/namespaces/shop/virtual-service/web" } },
    },
    typed_per_filter_config: {
      "envoy.filters.http.fault": {
        abort: { http_status: 503, percentage: { numerator: 100 } },
        delay: { fixed_delay: "2s", percentage: { numerator: 1 } },
      },
    },
  };
  expect(readRoute(route, new Set(["x-team"]))).toEqual({
    path: { kind: "segments", value: "/s" },
    headers: [
      { name: "x-team", kind: "exact", value: "blue", inverted: false },
      { name: "authorization", kind: "prefix", value: "", inverted: true },
    ],
    queryParams: ["q"],
    conditional: true,
    clusters: { a: 1, b: 0 },
    fault: { abort: { status: 503, percent: 100 }, delay: { seconds: 2, percent: 1 } },
    source: "shop/web",
  });
});

it("reads what a route answers by itself", () => {
  const plain = { path: { kind: "prefix", value: "/" }, headers: [], conditional: false, clusters: {}, source: "" };
  const match = { prefix: "/" };
  expect(readRoute({ match, direct_response: { status: 418 } }, new Set())).toEqual({ ...plain, answers: 418 });
  expect(readRoute({ match, redirect: { path_redirect: "/new?t=hunter2" } }, new Set())).toEqual({
    ...plain,
    redirect: { code: 301, host: "", path: "/new" },
  });
});

it.each([
  ["0.001s", { timeoutMs: 1 }],
  ["0.0005s", { timeoutMs: 0.5 }],
  ["1s", {}],
  ["0s", {}],
  [undefined, {}],
])("keeps a time-out of less than a second: %s", (timeout, expected) => {
  const { timeoutMs } = readRoute(
    { match: { prefix: "/" }, route: timeout === undefined ? {} : { timeout } },
    new Set(),
  );
  expect(timeoutMs === undefined ? {} : { timeoutMs }).toEqual(expected);
});

it("reads of which object something was made, where it is of that kind", () => {
  const metadata = {
    filter_metadata: { istio: { config: "/apis/networking.istio.io/v1/namespaces/cart/destination-rule/mine" } },
  };
  expect(madeOf(metadata, "destination-rule")).toBe("cart/mine");
  expect(madeOf(metadata, "virtual-service")).toBe("");
  expect(madeOf(undefined, "virtual-service")).toBe("");
});
