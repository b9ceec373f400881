import { expect, it, vi } from "vitest";
import { Secret } from "../../core/secret.ts";
import { createAuthorizer } from "../../kube/credentials/authorizer.ts";
import { diagnoseKubeError } from "../../kube/diagnose.ts";
import { contextOf } from "../../kube/fake/fake-context.ts";
import type { FakeConnection } from "../../kube/testing/connect-fake.ts";
import { connectFake } from "../../kube/testing/connect-fake.ts";
import { withinClusterTime } from "./cluster-time.ts";

const namespaces = { apiVersion: "v1", kind: "Namespace" };

function clusterAt({ server }: FakeConnection): Parameters<typeof withinClusterTime>[0] {
  return { cluster: { name: "oslo" }, context: contextOf(server.url) };
}

it("ends a look at a cluster that never answers when its time is up, and says which cluster and how long", async () => {
  const connection = await connectFake();
  connection.server.inject({ kind: "hang" }, { times: 10 });
  const { signal } = new AbortController();
  const look = withinClusterTime(clusterAt(connection), { signal, clusterTimeoutMs: 200 }, async (stop) =>
    connection.client.list(namespaces, { signal: stop }),
  );
  const error: unknown = await look.catch((reason: unknown) => reason);
  expect(error).toMatchObject({ kind: "unreachable", cluster: "oslo" });
  const { code, detail, fix } = await diagnoseKubeError(error, "oslo");
  expect(code).toBe("ISM777");
  expect(detail).toContain("look on oslo: not all answers came within 0.2 s, from http://127.0.0.1:");
  expect(fix).toContain("get --raw '/readyz?verbose'");
});

it("blames the credential command that has not ended, and not the cluster, which nobody could ask", async () => {
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "sleep", args: [new Secret("30")], env: [] };
  const user = { name: "me", exec: { ...exec, provideClusterInfo: false } };
  const context = contextOf("https://127.0.0.1:9", { user });
  const authorizer = createAuthorizer(context);
  const { signal } = new AbortController();
  const at = { cluster: { name: "oslo" }, context };
  const look = withinClusterTime(at, { signal, clusterTimeoutMs: 200 }, async (stop) => authorizer.authorize(stop));
  const error: unknown = await look.catch((reason: unknown) => reason);
  const { code, detail } = await diagnoseKubeError(error, "oslo");
  expect([code, detail]).toEqual([
    "ISM266",
    expect.stringMatching(
      /^The command sleep, which hands out the credentials for the context fake, has been running for \d+\.\d s,/,
    ),
  ]);
});

it("counts the answers of one look together, each of which came in time", async () => {
  const connection = await connectFake({ limits: { concurrency: 1 } });
  connection.server.inject({ kind: "latency", milliseconds: 150 }, { times: 100 });
  const ask = async (signal: AbortSignal): Promise<unknown> => {
    for (let time = 0; time < 20; time += 1) {
      await connection.client.list(namespaces, { signal });
    }
    return "all";
  };
  const { signal } = new AbortController();
  const at = clusterAt(connection);
  await expect(withinClusterTime(at, { signal, clusterTimeoutMs: 500 }, ask)).rejects.toThrow("within 0.5 s");
  const asked = connection.server.requests.length;
  expect(asked).toBeLessThan(20);
  connection.server.mend();
  expect(await withinClusterTime(at, { signal, clusterTimeoutMs: 60_000 }, ask)).toBe("all");
});

it("ends with the caller's own reason when the caller stops, and has no limit without one", async () => {
  const connection = await connectFake();
  connection.server.inject({ kind: "hang" }, { times: 10 });
  const stopped = new AbortController();
  const reason = new Error("stopped by the test");
  const looks = [{ clusterTimeoutMs: 60_000 }, {}].map(async (limit) =>
    withinClusterTime(clusterAt(connection), { signal: stopped.signal, ...limit }, async (stop) =>
      connection.client.list(namespaces, { signal: stop }),
    ).catch((error: unknown) => error),
  );
  await vi.waitFor(() => expect(connection.server.requests.length).toBeGreaterThan(0), { timeout: 20_000 });
  stopped.abort(reason);
  expect(await Promise.all(looks)).toEqual([reason, reason]);
});

it("does not count the time in which this process itself is busy", async () => {
  const connection = await connectFake();
  const { signal } = new AbortController();
  const at = clusterAt(connection);
  const found = withinClusterTime(at, { signal, clusterTimeoutMs: 400 }, async (stop) => {
    const listing = connection.client.list(namespaces, { signal: stop });
    for (const until = Date.now() + 900; Date.now() < until;) {
      // As with the answers of a hundred other clusters to read.
    }
    return listing;
  });
  expect(await found).toEqual([]);
});

it("calls a cluster late also where the look makes something of its end", async () => {
  const connection = await connectFake();
  connection.server.inject({ kind: "hang" }, { times: 10 });
  const { signal } = new AbortController();
  const look = withinClusterTime(clusterAt(connection), { signal, clusterTimeoutMs: 100 }, async (stop) =>
    connection.client.list(namespaces, { signal: stop }).catch(() => []),
  );
  await expect(look).rejects.toThrow("not all answers came within 0.1 s");
});
