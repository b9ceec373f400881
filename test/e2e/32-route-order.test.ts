import { execFile } from "node:child_process";
import { expect, it, vi } from "vitest";
import {
  contextOf,
  enginesKubectl,
  freshFolder,
  isthmus,
  kubectl,
  meshFile,
  sandboxKubeconfig,
  writeMeshFile,
} from "./world.ts";

/** The mesh with more routes than its one, of which each sends all requests to one version, so that an answer says which route took it. */
function meshWithRoutes(...routes: readonly string[]): string {
  return writeMeshFile(freshFolder(), (text) =>
    text.replace(/ {8}- name: helloworld\n[\s\S]*$/, routes.map((one) => `        - ${one}\n`).join("")),
  );
}

const wide =
  '{ name: helloworld, gateway: helloworld-gateway, hosts: ["*"], match: { prefix: / }, weights: { v1: 100 } }';
const hello = '{ name: hello, gateway: other-gateway, hosts: ["*"], match: { prefix: /hello }, weights: { v2: 100 } }';
const blue =
  '{ name: blue, gateway: other-gateway, hosts: ["*"], match: { prefix: /hello, headers: { x-team: { exact: blue } } }, weights: { v1: 100 } }';
const inside = "{ name: inside, gateway: mesh, weights: { v2: 100 } }";

interface Answer {
  readonly status: number;
  readonly text: string;
}

/** What the ingress of a cluster answers to each of several requests for the path. */
async function ask(cluster: string, path: string, headers: Record<string, string> = {}): Promise<readonly Answer[]> {
  const service = await kubectl(cluster, [
    "-n",
    "istio-system",
    "get",
    "service",
    "istio-ingressgateway",
    "-o",
    "jsonpath={.status.loadBalancer.ingress[0].ip}",
  ]);
  return Promise.all(
    Array.from({ length: 10 }, async () => {
      const response = await fetch(`http://${service.out}${path}`, { headers, signal: AbortSignal.timeout(10_000) });
      return { status: response.status, text: (await response.text()).trim() };
    }),
  );
}

/** Which versions answered, or what was said instead. */
function said(answers: readonly Answer[]): readonly string[] {
  return [
    ...new Set(answers.map(({ status, text }) => `${status} ${/version: (v\d)/.exec(text)?.[1] ?? text}`)),
  ].toSorted();
}

/** What the sidecar of the cluster's own pod makes of requests to the service. */
async function askInside(cluster: string, deployment: string): Promise<readonly string[]> {
  const kubeconfig = sandboxKubeconfig();
  const program = enginesKubectl();
  const script =
    "(async()=>{for(let i=0;i<10;i++){const r=await fetch('http://helloworld.sample:5000/hello');console.log(r.status,/v\\d/.exec(await r.text())?.[0])}})()";
  const node = ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "-e", script];
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [
        "--kubeconfig",
        kubeconfig,
        "--context",
        contextOf(cluster),
        "-n",
        "sample",
        "exec",
        `deploy/${deployment}`,
        "-c",
        "helloworld",
        "--",
        ...node,
      ],
      { timeout: 60_000 },
      (error, out, err) => {
        if (error === null) {
          resolve([...new Set(out.trim().split("\n"))].toSorted());
        } else {
          reject(new Error(err, { cause: error }));
        }
      },
    );
  });
}

it("tries the routes of a host longest and most exact first in both clusters, whichever was there before", async () => {
  const file = meshWithRoutes(wide, hello, blue, inside);
  expect((await isthmus(["apply", "-f", file, "--yes"])).code).toBe(0);
  for (const cluster of ["west", "east"]) {
    expect(said(await ask(cluster, "/hello"))).toEqual(["200 v2"]);
    expect(said(await ask(cluster, "/hello", { "x-team": "blue" }))).toEqual(["200 v1"]);
    // The application's own 404: the widest route has the rest.
    expect(said(await ask(cluster, "/other"))).toEqual(["404 Not found"]);
  }
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
});

it("sends callers inside the mesh by their own route, and makes no Gateway called mesh", async () => {
  expect(await askInside("west", "helloworld-v1")).toEqual(["200 v2"]);
  expect(await askInside("east", "helloworld-v2")).toEqual(["200 v2"]);
  const gateways = await kubectl("west", ["get", "gateways.networking.istio.io", "-A", "-o", "name"]);
  expect(gateways.out.split("\n").filter((name) => name.endsWith("/mesh"))).toEqual([]);
});

it("proves the weights of that route from inside each cluster, and leaves no pod there", async () => {
  const shared = inside.replace("v2: 100", "v1: 30, v2: 70");
  const file = meshWithRoutes(wide, hello, blue, shared);
  expect((await isthmus(["apply", "-f", file, "--yes"])).code).toBe(0);
  const ran = await isthmus([
    "verify",
    "helloworld",
    "--route",
    "inside",
    "-f",
    file,
    "--path",
    "/hello",
    "-o",
    "json",
  ]);
  const { proofs } = JSON.parse(ran.out) as { readonly proofs: readonly object[] };
  expect(proofs).toMatchObject(
    ["west", "east"].map((cluster) => ({ cluster, via: "mesh", state: "proven", statuses: { 200: 400 } })),
  );
  for (const cluster of ["west", "east"]) {
    const pods = ["get", "pods", "-A", "-l", "isthmus.dev/probe", "-o", "name"];
    await vi.waitFor(async () => expect((await kubectl(cluster, pods)).out).toBe(""), {
      timeout: 30_000,
      interval: 500,
    });
  }
});

it("proves them from a pod that runs already, by a container in it that ends", async () => {
  const file = meshWithRoutes(wide, hello, blue, inside.replace("v2: 100", "v1: 30, v2: 70"));
  const list = ["-n", "sample", "get", "pods", "-l", "version=v1", "-o", "jsonpath={.items[0].metadata.name}"];
  const pod = (await kubectl("west", list)).out;
  const from = `sample/${pod}`;
  const ran = await isthmus([
    "verify",
    "helloworld",
    "-f",
    file,
    "--path",
    "/hello",
    "--from",
    from,
    "-o",
    "json",
    "--route",
    "inside",
  ]);
  expect([ran.code, JSON.parse(ran.out)]).toMatchObject([
    0,
    { proofs: [{ cluster: "west", via: "mesh", from, statuses: { 200: 400 } }] },
  ]);
  const states = "jsonpath={.status.ephemeralContainerStatuses[*].state.terminated.reason}";
  await vi.waitFor(
    async () =>
      expect((await kubectl("west", ["-n", "sample", "get", "pod", pod, "-o", states])).out).toBe("Completed"),
    { timeout: 30_000, interval: 500 },
  );
});

it("finds the one cluster whose callers are sent otherwise", async () => {
  const weights =
    '[{"op":"replace","path":"/spec/http/0/route/0/weight","value":80},{"op":"replace","path":"/spec/http/0/route/1/weight","value":20}]';
  await kubectl("east", ["-n", "sample", "patch", "virtualservice", "inside", "--type=json", "-p", weights]);
  const file = meshWithRoutes(wide, hello, blue, inside.replace("v2: 100", "v1: 30, v2: 70"));
  const ran = await isthmus(["verify", "helloworld", "--route", "inside", "-f", file]);
  expect(ran.code).toBe(3);
  expect(ran.out).toContain("√ west");
  expect(ran.out).toContain("× east");
  expect(ran.err.replaceAll(/\s+/g, " ")).toContain("From inside east, route inside was asked v1=30 v2=70");
  // The field is another manager's now.
  const again = ["apply", "-f", meshWithRoutes(wide, hello, blue, inside), "--yes", "--force-conflicts"];
  expect((await isthmus(again)).code).toBe(0);
});

it("shifts one of them and leaves the others as they are", async () => {
  const file = meshWithRoutes(wide, hello, blue, inside);
  const versionOf = async (name: string): Promise<string> =>
    (
      await kubectl("west", [
        "-n",
        "sample",
        "get",
        "virtualservice",
        name,
        "-o",
        "jsonpath={.metadata.resourceVersion}",
      ])
    ).out;
  const before = await Promise.all(["helloworld", "blue", "inside"].map(versionOf));
  await isthmus(["shift", "helloworld", "v1=100", "v2=0", "--route", "hello", "-f", file, "--yes"]);
  expect(await Promise.all(["helloworld", "blue", "inside"].map(versionOf))).toEqual(before);
  for (const cluster of ["west", "east"]) {
    expect(said(await ask(cluster, "/hello"))).toEqual(["200 v1"]);
    expect(said(await ask(cluster, "/other"))).toEqual(["404 Not found"]);
  }
});

it("refuses to shift a route that a cluster has in another form, since that would take its hosts away", async () => {
  const ran = await isthmus(["shift", "helloworld", "v1=50", "v2=50", "-f", meshWithRoutes(wide), "--yes"]);
  expect(ran.code).toBe(1);
  expect(ran.err).toContain("ISM305");
  expect(said(await ask("west", "/other"))).toEqual(["404 Not found"]);
});

it("puts the one route back as it was, without a request that fails meanwhile", async () => {
  const applied = new AbortController();
  const failed: Answer[] = [];
  const watch = (async () => {
    while (!applied.signal.aborted) {
      failed.push(...(await ask("west", "/hello")).filter(({ status }) => status !== 200));
    }
  })();
  try {
    expect((await isthmus(["apply", "-f", meshFile(), "--yes", "--prune"])).code).toBe(0);
  } finally {
    applied.abort();
    await watch;
  }
  expect(failed).toEqual([]);
  const left = await kubectl("west", ["get", "virtualservices", "-A", "-o", "name"]);
  expect(left.out.trim()).toBe("virtualservice.networking.istio.io/helloworld");
  expect((await isthmus(["plan", "-f", meshFile(), "--detailed-exitcode"])).code).toBe(0);
});
