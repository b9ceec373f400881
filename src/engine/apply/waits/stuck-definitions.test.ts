import { expect, it } from "vitest";
import type { KubeObject } from "../../../core/model/kube-object.ts";
import { touchStuckDefinitions } from "./stuck-definitions.ts";
import type { FakeConnection } from "../../../kube/testing/connect-fake.ts";
import { connectFake } from "../../../kube/testing/connect-fake.ts";

const { signal } = new AbortController();
const wanted: KubeObject = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "sidecars.networking.istio.io", annotations: { theirs: "kept" } },
  spec: { group: "networking.istio.io" },
};

const status = (accepted: string, established: string): KubeObject => ({
  ...wanted,
  status: {
    conditions: [
      { type: "NamesAccepted", status: accepted },
      { type: "Established", status: established },
    ],
  },
});

/** Looks at the definition at these seconds; gives what was said each time, and the annotations of each write. */
async function looks(
  { server, client }: FakeConnection,
  each: readonly (readonly [seconds: number, object: KubeObject])[],
): Promise<{ readonly said: readonly (string | undefined)[]; readonly written: readonly unknown[] }> {
  let seconds = 0;
  const handle = touchStuckDefinitions(client, [wanted], { force: () => false, now: () => seconds * 1000 });
  const said: (string | undefined)[] = [];
  for (const [at, object] of each) {
    seconds = at;
    said.push(await handle(object, signal));
  }
  const written = server.requests
    .filter(({ method }) => method === "PATCH")
    .map(({ body }) => (JSON.parse(body) as KubeObject).metadata.annotations);
  return { said, written };
}

const forgotten = status("True", "False");

it("writes a definition that nobody establishes once more after ten seconds, with a mark and without", async () => {
  const { said, written } = await looks(await connectFake(), [
    [0, forgotten],
    [9, forgotten],
    [10, forgotten],
    [12, forgotten],
  ]);
  expect(said).toEqual([
    undefined,
    undefined,
    "its names are accepted and nobody established it, so it was written again",
    undefined,
  ]);
  expect(written).toEqual([{ theirs: "kept", "isthmus.dev/woken": "1970-01-01T00:00:10.000Z" }, { theirs: "kept" }]);
});

it.each([
  ["whose names are not accepted", status("False", "False")],
  ["that is established", status("True", "True")],
  ["that is not ours", { ...forgotten, metadata: { name: "widgets.example.com" } }],
  ["that is of another kind", { ...forgotten, kind: "Deployment" }],
])("leaves alone what is waited for %s", async (_which, object) => {
  const { said, written } = await looks(await connectFake(), [
    [0, object],
    [60, object],
  ]);
  expect({ said, written }).toEqual({ said: [undefined, undefined], written: [] });
});

it("gives a definition that moves on in between its time anew", async () => {
  const { written } = await looks(await connectFake(), [
    [0, forgotten],
    [8, status("True", "True")],
    [12, forgotten],
    [20, forgotten],
  ]);
  expect(written).toEqual([]);
});

it("says why the write failed, and lets the wait go on", async () => {
  const world = await connectFake();
  world.server.inject({ kind: "status", status: 403 }, { matches: ({ method }) => method === "PATCH" });
  const { said } = await looks(world, [
    [0, forgotten],
    [10, forgotten],
    [15, forgotten],
    [25, forgotten],
  ]);
  expect(said[1]).toMatch(/^nobody established it, and it cannot be written again: apply .*: injected fault$/);
  expect(said[3]).toContain("so it was written again");
});

it("takes the mark away also when the wait ends after the first of the two writes", async () => {
  const { server, client } = await connectFake();
  const wait = new AbortController();
  server.inject(
    { kind: "latency", milliseconds: 300 },
    {
      times: 1,
      matches: ({ method }) => {
        // The definition is established by this write, which is all that the wait was for.
        setTimeout(() => wait.abort(), 100);
        return method === "PATCH";
      },
    },
  );
  let seconds = 0;
  const handle = touchStuckDefinitions(client, [wanted], { force: () => false, now: () => seconds * 1000 });
  await handle(forgotten, wait.signal);
  seconds = 10;
  await handle(forgotten, wait.signal).catch(() => undefined);
  const annotations = server.requests
    .filter(({ method }) => method === "PATCH")
    .map(({ body }) => Object.keys((JSON.parse(body) as KubeObject).metadata.annotations ?? {}));
  expect(annotations).toEqual([["theirs", "isthmus.dev/woken"], ["theirs"]]);
});
