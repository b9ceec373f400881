import { request } from "node:http";
import { afterAll, beforeAll, expect, it } from "vitest";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

const persons = Array.from({ length: 60 }, (_, number) => `person-${number}`);
const ingresses: string[] = [];
let file = "";

beforeAll(async () => {
  file = writeMeshFile(freshFolder(), (text) =>
    text
      .replace("v1: { clusters: [west] }", "v1: { clusters: [west, east] }")
      .replace("v2: { clusters: [east] }", "v2: { clusters: [west, east] }")
      .replace(/^( +)(versions:)/m, "$1sessions: { httpCookie: { name: session } }\n$1$2"),
  );
  const applied = await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"]);
  if (applied.code !== 0) {
    throw new Error(applied.err);
  }
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  for (const cluster of ["west", "east"]) {
    ingresses.push(
      (await kubectl(cluster, ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath])).out,
    );
  }
}, 300_000);

afterAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

/** The version that answered one request of a person; what else came where none did. */
async function ask(address: string, person: string): Promise<string> {
  return new Promise((resolve) => {
    const headers = { host: "shop.example", cookie: `theme=dark; session=${person}` };
    const sent = request({ host: address, path: "/hello", headers, timeout: 10_000 }, (answer) => {
      let body = "";
      answer.setEncoding("utf8").on("data", (text: string) => (body += text));
      answer.once("end", () => resolve(/version: ([^,\s]+)/.exec(body)?.[1] ?? String(answer.statusCode)));
    });
    sent.once("timeout", () => sent.destroy(new Error("no answer")));
    sent.once("error", ({ message }) => resolve(message));
    sent.end();
  });
}

/** Whom v2 has after a shift to these weights. Fails where a person sees two versions, at one ingress or between them. */
async function personsOfV2(weight: number): Promise<ReadonlySet<string>> {
  const shifted = await isthmus(["shift", "helloworld", `v1=${100 - weight}`, `v2=${weight}`, "-f", file, "--yes"]);
  expect(`${shifted.code} ${shifted.err}`).toMatch(/^0/);
  const seen = new Map<string, readonly string[]>();
  for (const person of persons) {
    const answers = await Promise.all(
      ingresses.flatMap((address) => Array.from({ length: 3 }, async () => ask(address, person))),
    );
    seen.set(person, [...new Set(answers)]);
  }
  expect([...seen].filter(([, versions]) => versions.length !== 1)).toEqual([]);
  expect(new Set([...seen.values()].flat())).toEqual(new Set(["v1", "v2"]));
  return new Set(persons.filter((person) => seen.get(person)?.[0] === "v2"));
}

it("keeps persons with a version at both ingresses, and moves as few as the weights ask, forth and back", async () => {
  const atTen = await personsOfV2(10);
  const atForty = await personsOfV2(40);
  const atEighty = await personsOfV2(80);
  const backAtForty = await personsOfV2(40);
  process.stdout.write(
    `of ${persons.length} persons: ${atTen.size}, ${atForty.size}, ${atEighty.size}, ${backAtForty.size}\n`,
  );
  expect([...atTen].filter((one) => !atForty.has(one))).toEqual([]);
  expect([...atForty].filter((one) => !atEighty.has(one))).toEqual([]);
  expect(backAtForty).toEqual(atForty);
  expect(atEighty.size).toBeGreaterThan(atTen.size);
});
