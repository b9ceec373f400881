import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east", "north"], { living: true });
});

afterEach(async () => {
  await world.close();
});

/** What a cluster was asked since `since`, as `GET /path`. */
function asked(cluster: string, since = 0): readonly string[] {
  const requests = world.servers[cluster]?.requests.slice(since) ?? [];
  return requests.map(({ method, url }) => `${method} ${url.split("?")[0]}`);
}

const remoteSecret = "/api/v1/namespaces/istio-system/secrets/istio-remote-secret-";
const readerToken =
  "GET /api/v1/namespaces/istio-system/secrets/istio-reader-service-account-istio-remote-secret-token";

describe("a first apply", () => {
  it("does not read a secret again that it has just written", async () => {
    expect((await world.run("apply --yes")).code).toBe(0);
    const toEast = asked("west").filter((one) => one.endsWith(`${remoteSecret}east`));
    expect(toEast).toEqual([`PATCH ${remoteSecret}east`]);
  });

  it("reads a cluster's credential once for all others", async () => {
    await world.run("apply --yes");
    const reads = asked("west").filter((one) => one === readerToken);
    // Before the plan, then to see that Kubernetes has filled it in (for its own wave and for the others), and what it is;
    // at the end once more, since Kubernetes has written it after the apply.
    expect(reads).toHaveLength(5);
  });
});

describe("an apply that finds nothing to change", () => {
  it("asks for no secret by itself", async () => {
    await world.run("apply --yes");
    const before = world.servers["west"]?.requests.length ?? 0;
    expect((await world.run("apply --yes")).code).toBe(0);
    expect(asked("west", before).filter((one) => one.includes(remoteSecret))).toEqual([]);
  });
});

describe("a plan of a mesh that is as its file asks", () => {
  it("asks each cluster 20 questions and writes nothing, also as a dry-run", async () => {
    await world.run("apply --yes");
    await world.run("apply --yes");
    const before = world.servers["west"]?.requests.length ?? 0;
    expect((await world.run("plan")).out).toContain("No changes.");
    const questions = asked("west", before);
    expect(questions.filter((one) => !one.startsWith("GET "))).toEqual([]);
    expect(questions).toHaveLength(20);
  });
});
