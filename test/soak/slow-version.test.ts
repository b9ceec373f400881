import { readFileSync, writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from "vitest";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

/** Answers as the example does, of `SHARE` percent of the requests only after 450 ms; of `HANGING` percent never. */
const server = `const { SERVICE_VERSION, SHARE, HANGING } = process.env;
const percent = () => Math.random() * 100;
require("node:http").createServer((request, response) => {
  const isHello = request.url.startsWith("/hello");
  if (isHello && percent() < Number(HANGING)) return;
  const answer = () => response.end("Hello version: " + SERVICE_VERSION + ", instance: x\\n");
  setTimeout(answer, isHello && percent() < Number(SHARE) ? 450 : 5);
}).listen(5000);`;

const kubectlOfV2 = ["-n", "sample", "set", "env", "deployment/helloworld-v2"];
const noVerify = ["--no-verify", "--every", "10s", "--max-p99", "300ms", "--yes"];
const ingresses: string[] = [];
let [folder, file] = ["", ""];
let stop: () => Promise<void> = async () => {};

/** The mesh of the example, v1 and v2 answering by `server`. */
function write(change: (text: string) => string = (text) => text): void {
  file = writeMeshFile(folder, (text) => change(text).replace("v1: 10, v2: 90", "v1: 100, v2: 0"));
  const manifests = path.join(folder, "helloworld.yaml");
  const command = ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "-e", server];
  writeFileSync(
    manifests,
    readFileSync(manifests, "utf8").replaceAll(
      / {10}env: \[(\{ name: SERVICE_VERSION, value: v\d \})\]/g,
      (_all, version: string) =>
        `          command: ${JSON.stringify(command)}\n          env: [${version}, { name: SHARE, value: "0" }, { name: HANGING, value: "0" }]`,
    ),
  );
}

beforeAll(async () => {
  folder = freshFolder();
  write((text) =>
    text.replace(
      "profile: demo\n",
      `profile: demo
    values:
      gateways: { istio-ingressgateway: { podAnnotations: { sidecar.istio.io/statsInclusionRegexps: nothing } } }
`,
    ),
  );
  await applied();
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  for (const cluster of ["west", "east"]) {
    ingresses.push(
      (await kubectl(cluster, ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath])).out,
    );
  }
}, 300_000);

afterAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
}, 300_000);

beforeEach(() => {
  stop = load();
});

afterEach(async () => {
  await stop();
});

async function applied(): Promise<void> {
  const ran = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  expect(`${ran.code} ${ran.err}`).toMatch(/^0/);
}

/** About fifty requests a second at each ingress, whose clients wait for ten seconds, until it is stopped. */
function load(): () => Promise<void> {
  const agent = new Agent({ keepAlive: true });
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    for (const host of ingresses) {
      const asked = new Promise<void>((resolve) => {
        const sent = request(
          { host, path: "/hello", headers: { host: "shop.example" }, agent, timeout: 10_000 },
          (answer) => answer.resume().once("close", resolve),
        );
        sent.once("timeout", () => sent.destroy());
        sent.once("error", () => resolve());
        sent.end();
      }).finally(() => open.delete(asked));
      open.add(asked);
    }
  }, 20);
  return async () => {
    clearInterval(timer);
    await Promise.all(open);
    agent.destroy();
  };
}

/** Has v2 answer late, or never, and waits until it does. */
async function v2(share: number, hanging: number): Promise<void> {
  expect((await kubectl("east", [...kubectlOfV2, `SHARE=${share}`, `HANGING=${hanging}`])).code).toBe(0);
  const status = ["-n", "sample", "rollout", "status", "deployment/helloworld-v2", "--timeout=60s"];
  expect((await kubectl("east", status)).code).toBe(0);
  await sleep(2000);
}

function weights(): string {
  return /weights: (.*)\}/.exec(readFileSync(file, "utf8"))?.[1] ?? "";
}

it("refuses to go by times that no gateway writes down, and changes nothing", async () => {
  const ran = await isthmus(["shift", "helloworld", "v1=0", "v2=100", "-f", file, ...noVerify]);
  expect([ran.code, weights()]).toEqual([1, "{ v1: 100, v2: 0 "]);
  expect(ran.err.match(/error\[ISM791\]/g)).toHaveLength(2);
  write();
  await applied();
});

it("brings a version that answers in time to the end, by what both ingresses have counted", async () => {
  const ran = await isthmus(["shift", "helloworld", "v1=0", "v2=100", "-f", file, "--steps", "10,50", ...noVerify]);
  process.stdout.write(ran.out.replaceAll(/^\d\d:.*\n/gm, ""));
  expect([ran.code, weights()]).toEqual([0, "{ v1: 0, v2: 100 "]);
  expect((await isthmus(["shift", "helloworld", "v1=100", "v2=0", "-f", file, "--yes"])).code).toBe(0);
});

it.each([
  ["is late in one of ten answers", 10, 0],
  ["gives no answer to one of ten requests", 0, 10],
])("stops a version that %s, and goes back on both clusters", async (_case, share, hanging) => {
  await v2(share, hanging);
  const shift = ["shift", "helloworld", "v1=0", "v2=100", "-f", file, "--steps", "10,50", "--rollback"];
  const ran = await isthmus([...shift, ...noVerify]);
  process.stdout.write(`${ran.out.replaceAll(/^\d\d:.*\n/gm, "")}${ran.err}`);
  expect([ran.code, weights()]).toEqual([3, "{ v1: 100, v2: 0 "]);
  expect(ran.err).toContain("error[ISM789]");
  for (const cluster of ["west", "east"]) {
    const live = [
      "-n",
      "sample",
      "get",
      "virtualservice",
      "helloworld",
      "-o",
      "jsonpath={.spec.http[0].route[*].weight}",
    ];
    expect((await kubectl(cluster, live)).out).toBe("100 0");
  }
});
