import { request as httpRequest } from "node:http";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import type { EnvoyRouteDump } from "../../src/core/proxy/envoy-route.ts";
import { explainRequest } from "../../src/core/explain-route/explain-request.ts";
import type { ExplainedRequest } from "../../src/core/explain-route/takes-request.ts";
import { forwardPort } from "../e2e/forward-port.ts";
import { put, run } from "../e2e/in-west.ts";
import { contextOf, isthmus, meshFile, sandboxKubeconfig } from "../e2e/world.ts";

// Rules of every kind of condition that Istio has, in a random order, each with a status of its own: what answers says which rule took the request.
const seed = 20_261_129;
const host = "explained.example";
const firstStatus = 420;

const paths = ["/", "/a", "/a/", "/a/b", "/ab", "/A/b", "/b", "/b/c/d", "/aa"];
const uri = fc.oneof(
  fc.constantFrom(...paths).map((exact) => ({ exact })),
  fc.constantFrom("/a", "/a/", "/b", "/aa").map((prefix) => ({ prefix })),
  fc.constantFrom("/a.*", "/(a|b)/.+", "/[ab]", ".*c.*").map((regex) => ({ regex })),
);
const text = fc.oneof(
  fc.constantFrom("red", "blue", "redder").map((exact) => ({ exact })),
  fc.constantFrom("re", "b").map((prefix) => ({ prefix })),
  fc.constantFrom("r.*", "blue|green", ".+").map((regex) => ({ regex })),
  fc.constant({}),
);
const rule = fc
  .record(
    {
      uri,
      ignoreUriCase: fc.boolean(),
      method: fc.constantFrom("GET", "PUT").map((exact) => ({ exact })),
      headers: fc.record({ team: text }),
      withoutHeaders: fc.record({ team: text }),
      queryParams: fc.record({
        beta: fc.oneof(
          fc.constantFrom("1", "2").map((exact) => ({ exact })),
          fc.constant({ regex: "[0-9]+" }),
        ),
      }),
    },
    { requiredKeys: ["uri"] },
  )
  .filter((one) => !(one.headers !== undefined && one.withoutHeaders !== undefined));
const asked: fc.Arbitrary<ExplainedRequest> = fc.record({
  method: fc.constantFrom("GET", "PUT", "POST"),
  host: fc.constant(host),
  path: fc
    .tuple(fc.constantFrom(...paths), fc.constantFrom("", "?beta=1", "?beta=2&beta=1", "?beta=x", "?beta", "?other=1"))
    .map((parts) => parts.join("")),
  headers: fc.constantFrom<Record<string, string>>(
    {},
    { team: "red" },
    { team: "RED" },
    { team: "blue" },
    { team: "redder" },
    { team: "" },
  ),
});

const rules = fc.sample(rule, { numRuns: 40, seed });

beforeAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
  await put([
    {
      apiVersion: "networking.istio.io/v1",
      kind: "VirtualService",
      metadata: { name: "explained", namespace: "sample" },
      spec: {
        hosts: [host],
        gateways: ["helloworld-gateway"],
        http: rules.map((match, index) => ({ match: [match], directResponse: { status: firstStatus + index } })),
      },
    },
  ]);
});

afterAll(async () => {
  await run(["-n", "sample", "delete", "virtualservice", "explained", "--ignore-not-found"]);
});

async function send(address: string, one: ExplainedRequest): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest(
      { host: address, port: 80, method: one.method, path: one.path, headers: { ...one.headers, host: one.host } },
      (answer) => {
        answer.resume();
        answer.on("end", () => resolve(answer.statusCode ?? 0));
      },
    );
    sent.setTimeout(10_000, () => sent.destroy(new Error("no answer within 10 s")));
    sent.on("error", reject);
    sent.end();
  });
}

it("says of five hundred generated requests what the ingress really does with them", async () => {
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o"];
  const address = (await run([...service, "jsonpath={.status.loadBalancer.ingress[0].ip}"])).out;
  const last = { method: "GET", host, path: "/not-there", headers: {} };
  await vi.waitFor(async () => expect((await send(address, { ...last, path: "/a" })) >= firstStatus).toBe(true), {
    timeout: 30_000,
    interval: 500,
  });
  const where = ["--kubeconfig", sandboxKubeconfig(), "--context", contextOf("west"), "-n", "istio-system"];
  const routes = await forwardPort([...where, "deploy/istio-ingressgateway", ":15000"], async (port) => {
    const page = await fetch(`http://127.0.0.1:${port}/config_dump?resource=dynamic_route_configs`);
    return (await page.json()) as EnvoyRouteDump;
  });
  const table = routes.configs
    ?.map(({ route_config: one }) => one)
    .find((one) => one?.virtual_hosts?.some(({ domains = [] }) => domains.includes(host)));
  const held = { chains: [{ port: 8080, serverNames: [], routeTable: table?.name ?? "" }], routes };
  const wrong: string[] = [];
  const taken = new Set<number>();
  for (const one of fc.sample(asked, { numRuns: 500, seed })) {
    const decision = explainRequest(held, { kind: "gateway", port: 8080, secure: false }, one);
    const said =
      decision.kind === "rule"
        ? Number(/status (\d+)/.exec(decision.answers ?? "")?.[1])
        : decision.kind === "no-rule"
          ? 404
          : 0;
    const status = await send(address, one);
    taken.add(status);
    if (status !== said) {
      wrong.push(`${JSON.stringify(one)} is answered with ${status}, and ${JSON.stringify(decision)} was said`);
    }
  }
  expect(wrong).toEqual([]);
  // Requests that all end at one rule would prove little.
  expect(taken.size).toBeGreaterThan(15);
});

it("names rule, version and share of the mesh's own route, from outside and from inside", async () => {
  const outside = await isthmus(["route", "explain", "helloworld", "-f", meshFile(), "-o", "json"]);
  expect(outside.code).toBe(0);
  const inside = await isthmus(["route", "explain", "helloworld", "-f", meshFile(), "--from", "mesh", "-o", "json"]);
  expect(inside.code).toBe(0);
  const { explanations } = JSON.parse(outside.out) as {
    readonly explanations: readonly {
      readonly cluster: string;
      readonly destinations: readonly {
        readonly version: string;
        readonly share: number;
        readonly endpoints: readonly { readonly cluster: string }[];
      }[];
    }[];
  };
  expect(
    explanations.map(({ cluster, destinations }) => [
      cluster,
      destinations.map((one) => [one.version, one.share, one.endpoints.map((endpoint) => endpoint.cluster)]),
    ]),
  ).toEqual([
    [
      "west",
      [
        ["v1", 0.1, ["west"]],
        ["v2", 0.9, ["east"]],
      ],
    ],
    [
      "east",
      [
        ["v1", 0.1, ["west"]],
        ["v2", 0.9, ["east"]],
      ],
    ],
  ]);
});
