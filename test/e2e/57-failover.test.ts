import { afterAll, expect, it } from "vitest";
import { failures, loadDuring } from "./steady-load.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "./world.ts";

/** The standing mesh with v1 in both clusters, most of the weight on it, and failover. */
function withFailover(): string {
  return writeMeshFile(freshFolder(), (text) =>
    text
      .replace("v1: { clusters: [west] }", "v1: { clusters: [west, east] }")
      .replace("weights: { v1: 10, v2: 90 }", "weights: { v1: 80, v2: 20 }")
      .replace("      routes:\n", "      failover: {}\n      routes:\n"),
  );
}

afterAll(async () => {
  await isthmus(["apply", "-f", meshFile(), "--yes", "--prune", "--force-conflicts"]);
});

it("is set up by an apply, with nothing left to change and nothing wrong", async () => {
  const file = withFailover();
  expect((await isthmus(["apply", "-f", file, "--yes", "--prune", "--force-conflicts"])).code).toBe(0);
  expect((await isthmus(["plan", "-f", file, "--detailed-exitcode"])).code).toBe(0);
  const checked = await isthmus(["check", "-f", file, "--wait", "1m"]);
  expect(checked.err + checked.out).toContain("nothing is wrong");
});

it("answers from the other cluster when all pods of a version are gone in one, in the weights of the route", async () => {
  const jsonpath = "jsonpath={.status.loadBalancer.ingress[0].ip}";
  const service = ["-n", "istio-system", "get", "service", "istio-ingressgateway", "-o", jsonpath];
  const { out: address } = await kubectl("west", service);
  const found = await loadDuring(
    { address, hosts: ["shop.example"], perSecond: 50 },
    async () => kubectl("west", ["-n", "sample", "scale", "deployment", "helloworld-v1", "--replicas=0"]),
    10,
  );
  const figures = found["shop.example"];
  const { sent = 0, answered = {} } = figures ?? {};
  const failed = figures === undefined ? sent : failures(figures);
  expect(sent).toBeGreaterThan(200);
  // How few it is on a machine that has time is measured by test/soak/failover.
  expect({ figures, few: failed <= sent * 0.05 }).toMatchObject({ few: true });
  // Five standard deviations of 80 % around it.
  const share = (answered["v1"] ?? 0) / sent;
  expect(Math.abs(share - 0.8)).toBeLessThan(5 * Math.sqrt((0.8 * 0.2) / sent));
});
