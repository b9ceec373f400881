import { readFileSync, writeFileSync } from "node:fs";
import { request } from "node:http";
import path from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, beforeEach, expect, it } from "vitest";
import type { Ran } from "../e2e/world.ts";
import { freshFolder, isthmus, kubectl, meshFile, startIsthmus, writeMeshFile } from "../e2e/world.ts";

/** Answers as the example does; at /stream with a line each 100 ms for as many seconds as are asked for, and with the word `end`. */
const server = `const { SERVICE_VERSION } = process.env;
require("node:http").createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, "http://x");
  if (pathname !== "/stream") return response.end("Hello version: " + SERVICE_VERSION + ", instance: x\\n");
  let lines = Number(searchParams.get("seconds")) * 10;
  const timer = setInterval(() => {
    lines -= 1;
    if (lines > 0) return response.write("line\\n");
    clearInterval(timer);
    response.end("end\\n");
  }, 100);
}).listen(5000);`;

let [file, address] = ["", ""];

beforeAll(async () => {
  const folder = freshFolder();
  file = writeMeshFile(folder, (text) =>
    text
      .replace("v1: { clusters: [west] }", "v1: { clusters: [west, east] }")
      .replace("v2: { clusters: [east] }", "v2: { clusters: [west, east] }")
      .replace("match: { exact: /hello }", "match: { prefix: / }\n          verify: { path: /hello }"),
  );
  const manifests = path.join(folder, "helloworld.yaml");
  const command = ["/opt/node/loader", "--library-path", "/opt/node", "/opt/node/node", "-e", server];
  writeFileSync(
    manifests,
    readFileSync(manifests, "utf8").replaceAll(
      / {10}env: /g,
      `          command: ${JSON.stringify(command)}\n          env: `,
    ),
  );
  const ran = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (ran.code !== 0) {
    throw new Error(ran.err);
  }
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath];
  ({ out: address } = await kubectl("east", service));
}, 300_000);

beforeEach(async () => {
  await isthmus(["undrain", "east", "-f", file, "--yes", "--force"]);
});

afterAll(async () => {
  await isthmus(["undrain", "east", "-f", file, "--yes", "--force"]);
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
}, 300_000);

/** A stream at east's ingress; `ended` says how many lines came, and whether the last was the end. */
function stream(seconds: number): { readonly begun: Promise<void>; readonly ended: Promise<string> } {
  let text = "";
  let begin = (): void => {};
  const begun = new Promise<void>((resolve) => (begin = resolve));
  const ended = new Promise<string>((resolve) => {
    const sent = request({ host: address, path: `/stream?seconds=${seconds}`, agent: false }, (answer) => {
      answer.setEncoding("utf8").on("data", (more: string) => {
        text += more;
        begin();
      });
      answer.once("close", () =>
        resolve(`${text.split("line\n").length} lines, ${text.endsWith("end\n") ? "ended" : "cut"}`),
      );
    });
    sent.once("error", ({ message }) => resolve(message));
    sent.end();
  });
  return { begun, ended };
}

/** Six streams, which are of pods of east since its ingress asks them first; drains east with these words. */
async function drainDuring(
  seconds: number,
  ...words: readonly string[]
): Promise<readonly [Ran, number, readonly string[]]> {
  const streams = Array.from({ length: 6 }, () => stream(seconds));
  await Promise.all(streams.map(async ({ begun }) => begun));
  const began = Date.now();
  const ran = await isthmus(["drain", "east", "-f", file, "--yes", ...words]);
  process.stdout.write(`${ran.err.replaceAll(/^\d\d:.*\n/gm, "")}\n`);
  return [ran, (Date.now() - began) / 1000, await Promise.all(streams.map(async ({ ended }) => ended))];
}

const whole = (seconds: number): readonly string[] => Array.from({ length: 6 }, () => `${seconds * 10} lines, ended`);

it("waits for streams that end within the grace", async () => {
  const [ran, took, streams] = await drainDuring(20, "--grace", "90s");
  expect([ran.code, streams]).toEqual([0, whole(20)]);
  expect(ran.err).not.toContain("ISM606");
  expect(took).toBeGreaterThan(10);
});

it("ends well with the grace, names the pods whose streams go on, and cuts none", async () => {
  const [ran, took, streams] = await drainDuring(45, "--grace", "2s");
  expect([ran.code, streams]).toEqual([0, whole(45)]);
  expect(ran.err.replaceAll(/\s+/g, " ")).toMatch(
    /warning\[ISM606\].*Pods of east still answer requests.*sample\/helloworld-v\d-\S+ has \d/,
  );
  expect(took).toBeLessThan(40);
});

it("is not done without a grace while streams go on, cuts none, and is done by the same command later", async () => {
  const [ran, , streams] = await drainDuring(30, "--timeout", "4s");
  expect([ran.code, streams]).toEqual([4, whole(30)]);
  expect(ran.err).toContain("error[ISM606]");
  const again = await isthmus(["drain", "east", "-f", file, "--yes"]);
  expect([again.code, again.err.includes("ISM606")]).toEqual([0, false]);
});

it.each([0, 60, 150])(
  "ends a shift by Ctrl-C %d ms after it begins to write, and one command goes on",
  async (afterMs) => {
    const running = startIsthmus(["shift", "helloworld", "v1=50", "v2=50", "helloworld", "-f", file, "--yes"]);
    await running.until((out) => out.includes("writing v1=50"));
    await sleep(afterMs);
    const ended = await running.end("SIGINT");
    expect(ended.code).toBe(130);
    const [status, check] = [await isthmus(["status", "-f", file]), await isthmus(["check", "-f", file])];
    const differs = ["west", "east"].filter(
      (name) => !new RegExp(` ${name} .*helloworld: v1=50 v2=50`).test(status.out),
    );
    process.stdout.write(`after ${afterMs} ms: other weights in ${differs.join(", ") || "no cluster"}\n`);
    expect(differs.filter((name) => !status.out.includes(`${name}: not as the mesh file asks`))).toEqual([]);
    expect(check.out.includes("ISM445")).toBe(differs.length > 0);
    expect((await isthmus(["shift", "helloworld", "v1=50", "v2=50", "-f", file, "--yes"])).code).toBe(0);
    expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
    expect((await isthmus(["shift", "helloworld", "v1=10", "v2=90", "-f", file, "--yes"])).code).toBe(0);
  },
);
