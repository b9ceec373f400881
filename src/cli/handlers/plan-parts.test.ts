import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { meshLabel } from "../../core/render/names.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

/** An apply, then plans that wait two seconds for one cluster each: long, on a machine with much else to do. */
const patience = 180_000;

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east", "north"], { living: true });
  await world.run("apply --yes");
}, patience);

afterEach(async () => {
  await world.close();
});

const ofTheOthers = /^(?:(?:west|north)\n {2}no changes \(\d+ objects\)\n\n){2}$/;
const summary = /^(?:Plan: |No changes)/m;

/** Whether it asks for what a plan is held against: the objects with the label of the mesh. */
const comparing = (url: string): boolean => decodeURIComponent(url).includes(`labelSelector=${meshLabel}`);

/** Keeps the answers of a cluster that match, by default all that a plan reads, until they are released. */
function hold(
  cluster: string,
  matches = (url: string): boolean => url !== "/version",
): { readonly release: () => void } {
  let release = (): void => undefined;
  const until = new Promise<void>((resolve) => (release = resolve));
  world.servers[cluster]?.inject({ kind: "held", until }, { times: 10_000, matches: ({ url }) => matches(url) });
  return { release: () => release() };
}

/** Keeps the answers of east until the plan of the two others is shown; gives what was shown then. */
function holdEast(matches?: (url: string) => boolean): {
  readonly onOut: (out: string) => void;
  readonly shown: () => string;
} {
  const { release } = hold("east", matches);
  let first = "";
  return {
    onOut: (out) => {
      if (/^north$/m.test(out) && /^west$/m.test(out) && first === "") {
        first = out;
        release();
      }
    },
    shown: () => first,
  };
}

/** Takes the credential for east away: without east's answer nobody knows that it is missing. */
function forgetEastIn(cluster: string): void {
  const { store } = world.servers[cluster] ?? {};
  const held = store?.find({ apiVersion: "v1", kind: "Secret" }, "istio-system", "istio-remote-secret-east");
  expect(held).toBeDefined();
  if (held !== undefined) {
    store?.remove(held);
  }
}

describe("a plan with a cluster that is late", () => {
  it(
    "shows the others before a slow one has said anything, and of these nothing twice",
    async () => {
      const { onOut, shown } = holdEast();
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
      const { onOut, shown } = holdEast(comparing);
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
      forgetEastIn("west");
      const { onOut, shown } = holdEast();
      const { out } = await world.run("plan", { onOut });
      expect(shown()).toMatch(/^west\n/);
      expect(out).toMatch(/west {2}\(again, with what has been answered since\)\n/);
      expect(out.match(summary)).toHaveLength(1);
    },
    patience,
  );

  it(
    "shows the second of two late ones as soon as it has answered, while the third is silent",
    async () => {
      const north = hold("north");
      const east = hold("east");
      let second = "";
      const { out, err, code } = await world.run("plan", {
        onOut: (all) => {
          if (/^west$/m.test(all)) {
            east.release();
          }
          if (/^east$/m.test(all) && second === "") {
            second = all;
            north.release();
          }
        },
      });
      expect(code).toBe(0);
      expect(second).toMatch(/^west\n {2}no changes \(\d+ objects\)\n\neast\n {2}no changes \(\d+ objects\)\n\n$/);
      expect(out.slice(second.length)).toMatch(/^north\n {2}no changes \(\d+ objects\)\n\nNo changes\. /);
      expect(err).toMatch(/Still to come: east, north\.\n[^]*Still to come: north\.\n/);
    },
    patience,
  );

  it(
    "does not go on with what it began without a late one that has answered since",
    async () => {
      forgetEastIn("west");
      const east = hold("east", (url) => url !== "/version" && !comparing(url));
      const stale = hold("north", (url) => {
        if (comparing(url)) {
          // The plan without east is half made.
          east.release();
        }
        return comparing(url);
      });
      const compared = hold("east", (url) => {
        if (comparing(url)) {
          // The whole plan is being made.
          stale.release();
        }
        return comparing(url);
      });
      const { out } = await world.run("plan", {
        onOut: (all) => {
          if (/^north$/m.test(all)) {
            void pause(1000).then(compared.release);
          }
        },
      });
      expect(out.match(/^west.*$/gm)).toEqual(["west"]);
      expect(out.match(/^north.*$/gm)).toEqual(["north"]);
      expect(out.match(summary)).toHaveLength(1);
    },
    patience,
  );

  it(
    "ends with what the renderer says where that fails beside a late cluster",
    async () => {
      hold("east");
      await rm(path.join(world.folder, "cache"), { recursive: true, force: true });
      const file = path.join(world.folder, "istioctl");
      const failing = "  *) sleep 4; echo 'no such profile: demo9' >&2; exit 1 ;;\nesac\n";
      await writeFile(file, (await readFile(file, "utf8")).replace(/ {2}\*\)[^]*$/, failing));
      const { err, code } = await world.run("plan");
      expect(err).toContain("no such profile: demo9");
      expect(err).not.toContain("bug in isthmus");
      expect(code).not.toBe(0);
    },
    patience,
  );

  it(
    "names nobody as still to come where only a cluster is late that is not asked for",
    async () => {
      const east = hold("east");
      const { out, err } = await world.run("plan --cluster west", {
        onOut: (all) => {
          if (/^west$/m.test(all)) {
            east.release();
          }
        },
      });
      expect(out).toMatch(/^west\n {2}no changes/);
      expect(err).not.toContain("Still to come");
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
