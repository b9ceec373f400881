import { beforeAll, expect, it } from "vitest";
import { freshFolder, writeMeshFile } from "../e2e/world.ts";
import { change, check, checkUntil, expectCause, expectClean, heal, standMesh } from "./standing-mesh.ts";
import { runFix } from "./run-fix.ts";

beforeAll(async () => standMesh());

const inSample = ["-n", "sample"];

function replace(place: string, value: unknown): string {
  return JSON.stringify([{ op: "replace", path: place, value }]);
}

it.each([
  [
    "a route's match that somebody has edited in one cluster",
    "ISM454",
    [
      "patch",
      "virtualservices.networking.istio.io",
      "helloworld",
      "--type=json",
      "-p",
      replace("/spec/http/0/match/0/uri/exact", "/x"),
    ],
    "VirtualService",
    "kubectl-patch has changed it at ",
  ],
  [
    "a Gateway that somebody has deleted in one cluster",
    "ISM455",
    ["delete", "gateways.networking.istio.io", "helloworld-gateway"],
    "Gateway",
    "somebody has deleted it",
  ],
  [
    "a port whose name somebody has changed",
    "ISM479",
    ["patch", "service", "helloworld", "--type=json", "-p", replace("/spec/ports/0/name", "tcp-http")],
    "Service",
    'is "tcp-http", applied was "http"',
  ],
  [
    "a selector that finds nobody any more, before the pods that it misses",
    "ISM454",
    ["patch", "service", "helloworld", "--type=json", "-p", replace("/spec/selector/app", "nobody")],
    "Service",
    "spec.selector.app",
  ],
] as const)("names %s; the printed fix heals it", async (_, code, args, kind, words) => {
  await change("east", [...inSample, ...args]);
  const report = await expectCause(code, "east");
  const cause = report.causes.find((one) => one.code === code);
  expect(cause?.object?.kind).toBe(kind);
  // The writer stands in the finding itself, or in the drift that is folded under it.
  const said = [cause, ...(cause?.consequences ?? [])].map((one) => one?.detail).join("\n");
  expect(said).toContain(words);
  await runFix(cause);
  await expectClean();
});

it("names the writer of weights that are in one cluster only", async () => {
  await change("east", [
    ...inSample,
    "patch",
    "virtualservices.networking.istio.io",
    "helloworld",
    "--type=json",
    "-p",
    replace("/spec/http/0/route/0/weight", 20),
  ]);
  const report = await checkUntil("ISM445");
  expect(report.causes[0]?.detail).toContain("Kubectl-patch has changed it at ");
  await heal();
});

it("says of weights that were not applied yet that they were not, and nothing else", async () => {
  const file = writeMeshFile(freshFolder(), (text) => text.replace("v1: 10, v2: 90", "v1: 30, v2: 70"));
  const report = await check(undefined, file);
  expect(report.causes.map((one) => `${one.severity} ${one.code}`)).toEqual(["warning ISM456"]);
  expect(report.code).toBe(0);
  await runFix(report.causes[0]);
  await expectClean(file);
  await heal();
});

it("does not take replicas that an autoscaler has set for drift", async () => {
  await change("east", [...inSample, "autoscale", "deployment", "helloworld-v2", "--min=2", "--max=2"]);
  await change("east", [
    ...inSample,
    "wait",
    "--for=jsonpath={.status.readyReplicas}=2",
    "deployment/helloworld-v2",
    "--timeout=50s",
  ]);
  await expectClean();
  await change("east", [...inSample, "delete", "hpa", "helloworld-v2"]);
  await heal();
});
