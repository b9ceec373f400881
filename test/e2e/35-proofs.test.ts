import { readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { folder, isthmus, kubectl, meshFile, writeMeshFile } from "./world.ts";

/** Answers with its version at /hello, 404 elsewhere, and 503 at /flaky every second time. */
const server = `let n = 0;
for (const port of JSON.parse(process.env.PORTS))
  require("node:http").createServer((request, response) => {
    const asked = request.url.split("?")[0];
    n += 1;
    const status = asked === "/hello" || asked === "/health" ? 200 : asked === "/flaky" ? (n % 2 === 1 ? 503 : 200) : 404;
    response.writeHead(status, { "content-type": "text/plain" });
    response.end(asked);
  }).listen(port);`;

/** A version whose target ports have names, and other numbers than the other version's. */
function deployment(service: string, version: string, admin: number): string {
  return `---
apiVersion: apps/v1
kind: Deployment
metadata: { name: ${service}-${version}, labels: { app: ${service}, version: ${version} } }
spec:
  replicas: 1
  selector: { matchLabels: { app: ${service}, version: ${version} } }
  template:
    metadata: { labels: { app: ${service}, version: ${version} } }
    spec:
      terminationGracePeriodSeconds: 1
      containers:
        - name: app
          image: docker.io/istio/examples-helloworld:1.0
          imagePullPolicy: IfNotPresent
          command: [/opt/node/loader, --library-path, /opt/node, /opt/node/node, -e, ${JSON.stringify(server)}]
          env: [{ name: PORTS, value: "[${admin},${admin + 1}]" }]
          ports: [{ name: admin, containerPort: ${admin} }, { name: web, containerPort: ${admin + 1} }]
          readinessProbe: { httpGet: { path: /health, port: web }, periodSeconds: 1 }
`;
}

function service(name: string): string {
  return `apiVersion: v1
kind: Service
metadata: { name: ${name}, labels: { app: ${name} } }
spec:
  selector: { app: ${name} }
  ports:
    - { name: http-admin, port: 9000, targetPort: admin }
    - { name: http-web, port: 80, targetPort: web }
`;
}

const services = `    - name: web
      namespace: sample
      port: 80
      manifests: web.yaml
      versions: { v1: { clusters: [west] }, v2: { clusters: [east] } }
      routes:
        - { name: web, gateway: web-gateway, hosts: [web.example], match: { prefix: / }, weights: { v1: 50, v2: 50 } }
    - name: quiet
      namespace: sample
      port: 80
      manifests: quiet.yaml
      versions: { v1: { clusters: [west, east] } }
`;

let file = "";

/** A message without the breaks of its lines. */
function words(text: string): string {
  return text.replaceAll(/\s+/g, " ");
}

async function web(...args: readonly string[]) {
  return isthmus(["verify", "web", "-f", file, "--requests", "100", "-o", "json", ...args]);
}

interface Proof {
  readonly state: string;
  readonly requests: number;
  readonly statuses: Readonly<Record<string, number>>;
  readonly weights: readonly { readonly version: string; readonly answers: number; readonly verdict: string }[];
}

function proofsOf(out: string): readonly Proof[] {
  return (JSON.parse(out) as { readonly proofs: readonly Proof[] }).proofs;
}

/** For hooks, where what fails is thrown with its output. */
async function succeed(args: readonly string[]): Promise<void> {
  const ran = await isthmus(args);
  if (ran.code !== 0) {
    throw new Error(`isthmus ${args.join(" ")} ended with ${ran.code}:\n${ran.err}\n${ran.out}`);
  }
}

beforeAll(async () => {
  const into = path.join(folder(), "proofs");
  file = writeMeshFile(into, (text) => text + services);
  writeFileSync(
    path.join(into, "web.yaml"),
    service("web") + deployment("web", "v1", 5000) + deployment("web", "v2", 6000),
  );
  writeFileSync(path.join(into, "quiet.yaml"), service("quiet") + deployment("quiet", "v1", 7000));
  await succeed(["apply", "-f", file, "--yes", "--timeout", "2m"]);
});

afterAll(async () => {
  await succeed(["apply", "-f", meshFile(), "--yes", "--prune", "--timeout", "2m"]);
});

// One in a thousand true splits is called wrong, by design of the test; twice in a row is one in a million.
describe("a service with several ports, whose application answers 404", { retry: 1 }, () => {
  it("is proven at the port of the mesh file, at both ingresses", async () => {
    const ran = await web();
    expect(ran.code).toBe(0);
    expect(proofsOf(ran.out).map(({ state, statuses }) => [state, statuses])).toEqual([
      ["proven", { 404: 100 }],
      ["proven", { 404: 100 }],
    ]);
    expect(ran.out).toMatch(/10\.42\.\d+\.\d+:5001/);
    expect(ran.out).toMatch(/10\.42\.\d+\.\d+:6001/);
  });

  it("fails where another status is expected, and then says whose answer it is", async () => {
    const ran = await web("--path", "/other", "--expect", "200");
    expect(ran.code).toBe(3);
    expect(words(ran.err)).toContain("status 404 of the application, expected 200");
  });

  it("is counted once for each request, though the gateway tries failing ones again", async () => {
    const retries = '[{"op":"add","path":"/spec/http/0/retries","value":{"attempts":4,"retryOn":"5xx"}}]';
    const patch = ["-n", "sample", "patch", "virtualservice", "web", "--type=json", "-p", retries];
    await Promise.all(["west", "east"].map(async (cluster) => kubectl(cluster, patch)));
    // Eight requests at a time change whose turn it is to fail, so that not every retry helps.
    const mostlyGood = ({ statuses }: Proof): boolean => (statuses["200"] ?? 0) >= 85;
    const flaky = ["--path", "/flaky"];
    await vi.waitUntil(async () => proofsOf((await web(...flaky)).out).every(mostlyGood), {
      timeout: 180_000,
      interval: 1000,
    });
    const ran = await web(...flaky);
    expect(ran.code).toBe(0);
    for (const { weights } of proofsOf(ran.out)) {
      expect(weights.reduce((sum, one) => sum + one.answers, 0)).toBe(100);
    }
  });
});

it("asks a service without routes from inside both clusters", async () => {
  const ran = await isthmus(["verify", "quiet", "-f", file, "--path", "/health", "--expect", "200"]);
  expect([ran.code, ran.out.includes("√ verified")]).toEqual([0, true]);
  expect(ran.out.split("10 of 10 requests answered").length - 1).toBe(2);
});

it("names it as not proven without a pod that asks, and does not end with 0", async () => {
  const quiet = ["verify", "quiet", "-f", file, "--no-probe-pod"];
  const ran = await isthmus(quiet);
  expect([ran.code, ran.out.includes("verified")]).toEqual([3, false]);
  expect(ran.out).toContain("? 2 not proven");
  expect((await isthmus([...quiet, "--allow-unproven"])).code).toBe(0);
});

describe("a version without pods", () => {
  beforeAll(async () => {
    // The retries were patched in by another manager, whom a shift would ask first.
    await succeed(["apply", "-f", file, "--yes", "--force-conflicts", "--timeout", "2m"]);
    await kubectl("east", ["-n", "sample", "scale", "deployment", "web-v2", "--replicas=0"]);
    await vi.waitUntil(async () => words((await web()).err).includes("no pod of it is ready in east"), {
      timeout: 180_000,
      interval: 1000,
    });
  });

  it("is the cause of the requests that fail; the weights are not blamed", async () => {
    const ran = await web();
    expect(ran.code).toBe(3);
    expect(ran.err).toContain("no healthy upstream");
    expect(ran.err).toContain("ISM402");
    expect(ran.err).not.toContain("ISM401");
  });

  it("gets no requests by a shift, unless forced, and a proof that fails takes that back", async () => {
    const before = readFileSync(file, "utf8");
    const refused = await isthmus(["shift", "web", "v1=0", "v2=100", "-f", file, "--yes"]);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain("ISM342");
    expect(readFileSync(file, "utf8")).toBe(before);
    const back = await isthmus(["shift", "web", "v1=0", "v2=100", "-f", file, "--yes", "--force", "--rollback"]);
    expect(back.code).toBe(3);
    expect(back.err).toContain("ISM345");
    expect(readFileSync(file, "utf8")).toBe(before);
  });

  it("is left by a shift, which is proven", { retry: 1 }, async () => {
    expect((await isthmus(["shift", "web", "v1=100", "v2=0", "-f", file, "--yes"])).code).toBe(0);
  });
});
