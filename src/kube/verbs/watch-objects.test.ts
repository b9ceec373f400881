import { describe, expect, it } from "vitest";
import type { KubeClient, WatchEvent } from "../client.ts";
import type { WireObject } from "../fake/fake-store.ts";
import { connectFake } from "../testing/connect-fake.ts";

const kind = { apiVersion: "v1", kind: "ConfigMap" };
function object(name: string, data: Record<string, string> = {}): WireObject {
  return { ...kind, metadata: { name, namespace: "demo" }, data };
}

/** Reads `count` events; after each one `then` may change the world. */
async function collect(client: KubeClient, count: number, then: (seen: number) => void): Promise<readonly string[]> {
  const stop = new AbortController();
  const told: string[] = [];
  const events: AsyncIterable<WatchEvent> = client.watch({ ...kind, namespace: "demo" }, { signal: stop.signal });
  for await (const event of events) {
    told.push(
      event.type === "listed"
        ? `listed ${event.objects.map((one) => one.metadata.name).join(",")}`
        : `${event.type} ${event.object.metadata.name}`,
    );
    if (told.length === count) {
      break;
    }
    setTimeout(() => then(told.length), 20);
  }
  stop.abort();
  return told;
}

describe("watch", () => {
  it("lists first, then tells changes in their order", async () => {
    const { server, client } = await connectFake();
    const a = server.put(object("a"));
    const told = await collect(client, 4, (seen) => {
      const steps = [
        () => server.put(object("b")),
        () => server.put(object("a", { x: "1" })),
        () => server.store.remove(a),
      ];
      steps[seen - 1]?.();
    });
    expect(told).toEqual(["listed a", "added b", "modified a", "deleted a"]);
  });

  it("goes on where it was when the connection is cut, and misses nothing in between", async () => {
    const { server, client } = await connectFake();
    const told = await collect(client, 3, (seen) => {
      if (seen === 1) {
        server.put(object("a"));
      } else {
        server.cutConnections();
        server.put(object("b"));
      }
    });
    expect(told).toEqual(["listed ", "added a", "added b"]);
    expect(server.requests.filter((request) => !request.url.includes("watch"))).toHaveLength(1);
  });

  it("lists again when the API server has forgotten where it was", async () => {
    const { server, client } = await connectFake();
    server.put(object("a"));
    const told = await collect(client, 3, (seen) => {
      if (seen === 1) {
        server.put(object("b"));
        server.store.compact();
        server.cutConnections();
      } else {
        server.put(object("c"));
      }
    });
    expect(told.at(0)).toBe("listed a");
    expect(told).toContain("listed a,b");
  });

  it("lists again after a 410 status", async () => {
    const { server, client } = await connectFake();
    server.put(object("a"));
    server.inject({ kind: "status", status: 410 }, { matches: (request) => request.url.includes("watch=true") });
    const told = await collect(client, 2, () => {});
    expect(told).toEqual(["listed a", "listed a"]);
  });

  it("waits out an API server that is being restarted", async () => {
    const { server, client } = await connectFake();
    server.inject(
      { kind: "status", status: 503 },
      { times: 2, matches: (request) => request.url.includes("watch=true") },
    );
    const told = await collect(client, 2, () => server.put(object("a")));
    expect(told).toEqual(["listed ", "added a"]);
  });

  it("ends with the signal's reason", async () => {
    const { client } = await connectFake();
    const stop = new AbortController();
    const reading = (async () => {
      for await (const event of client.watch(kind, { signal: stop.signal })) {
        expect(event.type).toBe("listed");
        setTimeout(() => stop.abort(new Error("enough")), 20);
      }
    })();
    await expect(reading).rejects.toThrow("enough");
  });
});
