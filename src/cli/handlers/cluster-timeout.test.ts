import { readFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { partOfToday } from "../../../test/part-of-today.ts";
import type { MeshFacts } from "../../core/checks/facts.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

/** An apply, then commands of which one looks twice: long, on a machine with much else to do. */
const patience = 120_000;

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west", "east"], { living: true });
  await world.run("apply --yes");
}, patience);

afterEach(async () => {
  await world.close();
});

const flat = ({ out, err }: { readonly out: string; readonly err: string }): string =>
  `${out}\n${err}`.replaceAll(/\s+/g, " ");

describe("--cluster-timeout", () => {
  it.each(partOfToday(["plan", "status", "check", "netpol matrix", "shift helloworld v1=100 --yes --partial"], 4))(
    "has %s name a silent cluster when its time is up, and end as with one that is dead",
    async (command) => {
      world.servers["east"]?.inject({ kind: "hang" }, { times: 10_000, matches: () => true });
      const silent = await world.run(`${command} --cluster-timeout 500ms`);
      expect(flat(silent)).toContain("within 0.5 s");
      expect(silent.out).toMatch(/west/i);
      expect(flat(silent), "west answers").not.toMatch(/west: error\[|does not answer in time west/);
      await world.servers["east"]?.close();
      expect(silent.code).toBe((await world.run(command)).code);
      expect(silent.code).not.toBe(0);
    },
    patience,
  );

  it(
    "leaves a cluster alone that answers in time, and refuses what is no duration",
    async () => {
      const { out, code } = await world.run("plan --cluster-timeout 1m");
      expect([code, /east\n {2}no changes/.test(out)]).toEqual([0, true]);
      for (const time of ["10", "0s"]) {
        const refused = await world.run(`plan --cluster-timeout ${time}`);
        expect([refused.code, /ISM005/.test(refused.err)]).toEqual([64, true]);
      }
    },
    patience,
  );

  it(
    "judges every cluster that answers, also those that hold the credential of one that does not",
    async () => {
      const three = await startFakeClusters(["west", "east", "north"], { living: true });
      try {
        await three.run("apply --yes");
        three.servers["east"]?.inject({ kind: "hang" }, { times: 10_000, matches: () => true });
        const { out, err, code } = await three.run("check --cluster-timeout 10s -o json --facts-to facts.json");
        expect([code, err.includes("bug")]).toEqual([3, false]);
        const { causes } = JSON.parse(out) as { readonly causes: readonly { readonly check: string }[] };
        const unanswering = causes.filter(({ check }) => check === "access/clusters-answer");
        // A request of its own ends after 10 s too, which may be earlier where this process has much to do.
        expect(unanswering).toMatchObject([{ cluster: "east", code: expect.stringMatching(/^ISM(?:777|258)$/) }]);
        const facts = JSON.parse(await readFile(path.join(three.folder, "facts.json"), "utf8")) as MeshFacts;
        expect(facts.clusters.map(({ kind }) => kind)).toEqual(["reached", "unreachable", "reached"]);
        const tried = facts.clusters.flatMap((one) => (one.kind === "reached" ? one.remoteSecrets : []));
        expect(
          tried.flatMap(({ credentials }) => credentials.map(({ cluster, trial }) => [cluster, trial.outcome])),
        ).toEqual(
          expect.arrayContaining([
            ["east", "unreachable"],
            ["north", "accepted"],
          ]),
        );
      } finally {
        await three.close();
      }
    },
    patience,
  );
});
