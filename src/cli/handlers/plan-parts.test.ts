import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

/** An apply, then plans that wait two seconds for one cluster each: long, on a machine with much else to do. */
const patience = 120_000;

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east", "north"], { living: true });
  await world.run("apply --yes");
}, patience);

afterEach(async () => {
  await world.close();
});

const ofTheOthers = /^west\n {2}no changes \(\d+ objects\)\n\nnorth\n {2}no changes \(\d+ objects\)\n\n$/;
const summary = /^(?:Plan: |No changes)/m;

/** Keeps every answer of east, or those that match, until the plan of the two others is shown; resolves to what was shown then. */
function holdEast(matches: (url: string) => boolean): {
  readonly onOut: (out: string) => void;
  readonly shown: () => string;
} {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => (release = resolve));
  world.servers["east"]?.inject({ kind: "held", until }, { times: 10_000, matches: ({ url }) => matches(url) });
  let first = "";
  return {
    onOut: (out) => {
      if (/^north$/m.test(out) && first === "") {
        first = out;
        release();
      }
    },
    shown: () => first,
  };
}

describe("a plan with a cluster that is late", () => {
  it(
    "shows the others before a slow one has said anything, and of these nothing twice",
    async () => {
      const { onOut, shown } = holdEast((url) => url !== "/version");
      const { out, err, code } = await world.run("plan", { onOut });
      expect(code).toBe(0);
      expect(shown()).toMatch(ofTheOthers);
      expect(out.slice(shown().length)).toMatch(/^east\n {2}no changes \(\d+ objects\)\n\nNo changes\. \d+ objects/);
      expect(err).toContain("Still to come: east.");
    },
    patience,
  );

  it(
    "shows the others while a slow one's objects are compared",
    async () => {
      const { onOut, shown } = holdEast((url) => url.includes("labelSelector"));
      const { out } = await world.run("plan", { onOut });
      expect(shown()).toMatch(ofTheOthers);
      expect(out.slice(shown().length)).toMatch(/^east\n {2}no changes/);
    },
    patience,
  );

  it(
    "names a silent one when its time is up, below the plan of the others, for which nothing is asked again",
    async () => {
      let first = "";
      let asked = 0;
      const requests = (): number => world.servers["west"]?.requests.length ?? 0;
      world.servers["east"]?.inject({ kind: "hang" }, { times: 10_000 });
      const { out, err, code } = await world.run("plan --cluster-timeout 8s", {
        onOut: (all) => {
          if (first === "" && /^north$/m.test(all)) {
            first = all;
            asked = requests();
          }
        },
      });
      expect(first).toMatch(ofTheOthers);
      expect(out.slice(first.length)).toMatch(
        /^east {2}× does not answer: [^\n]+\n\nNo changes in the clusters that answer/,
      );
      expect(err).toContain("within 8 s");
      expect([code, requests()]).toEqual([69, asked]);
    },
    patience,
  );

  it(
    "shows a cluster again whose plan is another one with what the slow one said",
    async () => {
      // Without east nobody knows the credential that is missing in west.
      const { store } = world.servers["west"] ?? {};
      const held = store?.find({ apiVersion: "v1", kind: "Secret" }, "istio-system", "istio-remote-secret-east");
      expect(held).toBeDefined();
      if (held !== undefined) {
        store?.remove(held);
      }
      const { onOut, shown } = holdEast((url) => url !== "/version");
      const { out } = await world.run("plan", { onOut });
      expect(shown()).toMatch(/^west\n/);
      expect(out).toMatch(/west {2}\(again, with what has been answered since\)\n/);
      expect(out.match(summary)).toHaveLength(1);
    },
    patience,
  );

  it(
    "is one document as JSON",
    async () => {
      world.servers["east"]?.inject({ kind: "hang" }, { times: 10_000 });
      const { out } = await world.run("plan -o json --cluster-timeout 4s");
      const { clusters } = JSON.parse(out) as { readonly clusters: readonly { readonly name: string }[] };
      expect(clusters.map(({ name }) => name)).toEqual(["west", "east", "north"]);
    },
    patience,
  );
});
