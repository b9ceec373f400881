import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { KubeError } from "../errors.ts";
import type { WireObject } from "../fake/fake-store.ts";
import type { Pending } from "./wait.ts";
import { WaitTimeoutError, waitUntilGone, waitUntilReady } from "./wait.ts";
import { connectFake } from "../testing/connect-fake.ts";

const { signal } = new AbortController();
const limits = { retryBudgetMs: 300 };

const reference = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  namespace: "istio-system",
  name: "istiod",
};

function istiod(available: number, replicas = 1): WireObject {
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "istiod", namespace: "istio-system", uid: "first", generation: 1 },
    spec: { replicas, selector: { matchLabels: { app: "istiod" } } },
    status: {
      observedGeneration: 1,
      replicas,
      updatedReplicas: replicas,
      availableReplicas: available,
    },
  };
}

function podOf(status: object): WireObject {
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "istiod-abc", namespace: "istio-system", labels: { app: "istiod" } },
    status,
  };
}

/** Collects what is told; after the first time `then` may change the world. */
function collectPending(then: () => void = () => {}): {
  readonly told: string[];
  readonly onPending: (pending: readonly Pending[]) => void;
} {
  const told: string[] = [];
  return {
    told,
    onPending: (pending) => {
      told.push(pending.map((one) => `${one.id.kind} ${one.id.name}: ${one.reason}`).join("; "));
      if (told.length === 1) {
        then();
      }
    },
  };
}

async function timeoutOf(promise: Promise<void>): Promise<WaitTimeoutError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof WaitTimeoutError)) {
    throw new Error(`expected a WaitTimeoutError, got ${inspect(error)}`);
  }
  return error;
}

describe("waiting until ready", () => {
  it("is over at once when everything is, without a watch", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(1));
    const { told, onPending } = collectPending();
    await waitUntilReady(client, [reference], { timeoutMs: 20_000, signal, onPending });
    expect(told).toEqual([]);
    expect(server.requests).toHaveLength(1);
  });

  it("notices by its watch that an object has become ready, not by the next regular look", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(0));
    const { told, onPending } = collectPending(() => server.put(istiod(1)));
    await waitUntilReady(client, [reference], { timeoutMs: 20_000, signal, onPending });
    expect(server.requests.filter(({ url }) => url.includes("/deployments/istiod"))).toHaveLength(1);
    expect(told).toEqual(["Deployment istiod: 0 of 1 pods are available"]);
  });

  it("waits for objects that do not exist yet", async () => {
    const { server, client } = await connectFake({ limits });
    const { told, onPending } = collectPending(() => server.put(istiod(1)));
    await waitUntilReady(client, [reference], { timeoutMs: 20_000, signal, onPending });
    expect(told).toEqual(["Deployment istiod: it is not there"]);
  });

  it("waits until all are ready at the same time", async () => {
    const { server, client } = await connectFake({ limits });
    const other = { ...reference, name: "gateway" };
    const gateway = (available: number): WireObject => ({
      ...istiod(available),
      metadata: { ...istiod(0).metadata, name: "gateway", uid: "other" },
    });
    server.put(istiod(1));
    server.put(gateway(0));
    const done: string[] = [];
    const waiting = waitUntilReady(client, [reference, other], {
      timeoutMs: 20_000,
      signal,
      onPending: () => {},
    }).then(() => done.push("ready"));
    setTimeout(() => server.put(istiod(0)), 60);
    setTimeout(() => server.put(gateway(1)), 120);
    setTimeout(() => done.push("gateway was ready"), 200);
    setTimeout(() => server.put(istiod(1)), 260);
    await waiting;
    expect(done).toEqual(["gateway was ready", "ready"]);
  });

  it("gives the pods' own reason for a deployment that hangs", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(0));
    server.put(
      podOf({
        phase: "Pending",
        containerStatuses: [
          {
            name: "discovery",
            state: { waiting: { reason: "ImagePullBackOff", message: "no such image" } },
          },
        ],
      }),
    );
    const { told, onPending } = collectPending();
    const error = await timeoutOf(waitUntilReady(client, [reference], { timeoutMs: 5000, signal, onPending }));
    expect(told.at(-1)).toBe("Deployment istiod: pod istiod-abc: container discovery: ImagePullBackOff: no such image");
    expect(error.diagnostics).toMatchObject([
      {
        code: "ISM273",
        cluster: "oslo",
        detail:
          "Deployment istio-system/istiod did not become ready within 5 s: pod istiod-abc: container discovery: ImagePullBackOff: no such image.",
      },
    ]);
    expect(error.pending.map((one) => one.reference)).toEqual([reference]);
  });

  it("finds the warning behind a container that is only being created", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(0));
    server.put(
      podOf({
        phase: "Pending",
        containerStatuses: [{ name: "discovery", state: { waiting: { reason: "ContainerCreating" } } }],
      }),
    );
    const involvedObject = { kind: "Pod", name: "istiod-abc" };
    server.put({
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "e", namespace: "istio-system" },
      type: "Warning",
      reason: "FailedMount",
      message: 'secret "cacerts" not found',
      involvedObject,
    });
    const error = await timeoutOf(
      waitUntilReady(client, [reference], { timeoutMs: 5000, signal, onPending: () => {} }),
    );
    expect(error.pending[0]?.reason).toBe('pod istiod-abc: FailedMount: secret "cacerts" not found');
  });

  it("sits out a cluster that does not answer for a while", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(0));
    server.inject({ kind: "status", status: 503 }, { times: 6 });
    setTimeout(() => server.put(istiod(1)), 600);
    await waitUntilReady(client, [reference], { timeoutMs: 20_000, signal, onPending: () => {} });
  });

  it("ends at once when the cluster refuses to tell", async () => {
    const { server, client } = await connectFake({ limits });
    server.inject({ kind: "status", status: 403 }, { times: 9 });
    await expect(
      waitUntilReady(client, [reference], { timeoutMs: 20_000, signal, onPending: () => {} }),
    ).rejects.toBeInstanceOf(KubeError);
  });

  it("ends with the refusal when the cluster no longer lets it watch", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(0));
    server.inject({ kind: "status", status: 403 }, { times: 9, matches: ({ url }) => url.includes("watch=true") });
    await expect(
      waitUntilReady(client, [reference], { timeoutMs: 20_000, signal, onPending: () => {} }),
    ).rejects.toMatchObject({ kind: "forbidden" });
  });

  it("ends with the signal's reason", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(0));
    const stop = new AbortController();
    await expect(
      waitUntilReady(client, [reference], {
        timeoutMs: 20_000,
        signal: stop.signal,
        onPending: () => stop.abort(new Error("enough")),
      }),
    ).rejects.toThrow("enough");
  });

  it("ends with the signal's reason also when that comes between the first answers and the watches", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(0));
    const stop = new AbortController();
    const interrupted = {
      ...client,
      get: async (...asked: Parameters<typeof client.get>) => {
        const answer = await client.get(...asked);
        stop.abort(new Error("enough"));
        return answer;
      },
    };
    await expect(
      waitUntilReady(interrupted, [reference], { timeoutMs: 20_000, signal: stop.signal, onPending: () => {} }),
    ).rejects.toThrow("enough");
  });
});

describe("waiting until gone", () => {
  it("is over when the last object goes", async () => {
    const { server, client } = await connectFake({ limits });
    const object = server.put({
      ...istiod(1),
      metadata: {
        ...istiod(1).metadata,
        deletionTimestamp: "2026-01-01T00:00:00Z",
        finalizers: ["foo.dev/x"],
      },
    });
    const { told, onPending } = collectPending(() => server.store.remove(object));
    await waitUntilGone(client, [reference], { timeoutMs: 20_000, signal, onPending });
    expect(told).toEqual(["Deployment istiod: it is being deleted, waiting for the finalizers foo.dev/x"]);
  });

  it("is over when another object took the name", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(1));
    const { onPending } = collectPending(() =>
      server.put({ ...istiod(1), metadata: { ...istiod(1).metadata, uid: "second" } }),
    );
    await waitUntilGone(client, [reference], { timeoutMs: 20_000, signal, onPending });
  });

  it("is over for kinds that are no longer served", async () => {
    const { client } = await connectFake({ limits });
    await waitUntilGone(client, [{ apiVersion: "foo.dev/v1", kind: "Foo", namespace: "demo", name: "x" }], {
      timeoutMs: 20_000,
      signal,
      onPending: () => {},
    });
  });

  it("names what holds an object back", async () => {
    const { server, client } = await connectFake({ limits });
    server.put(istiod(1));
    const error = await timeoutOf(waitUntilGone(client, [reference], { timeoutMs: 1500, signal, onPending: () => {} }));
    expect(error.diagnostics).toMatchObject([
      {
        code: "ISM274",
        detail:
          "Deployment istio-system/istiod is still there after 1.5 s: it is still there, and nobody has deleted it.",
      },
    ]);
  });
});
