import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../../cli/testing/fake-clusters.ts";
import { startFakeClusters } from "../../cli/testing/fake-clusters.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import type { PlanEvent } from "../events.ts";
import { readMeshFile } from "../mesh-file.ts";
import type { AskedChoices } from "./prepare-apply.ts";
import { chooseApply, prepareApply } from "./prepare-apply.ts";

const nothing: AskedChoices = {
  clusters: [],
  prune: false,
  forceConflicts: false,
  adopt: undefined,
  continueOnRefusal: false,
};

let clusters: FakeClusters;

beforeEach(async () => {
  clusters = await startFakeClusters(["west", "east"]);
});

afterEach(async () => {
  await clusters.close();
});

describe("the choices of an apply", () => {
  it("adopt what no other tool claims where nobody says otherwise", async () => {
    expect(await chooseApply(nothing, undefined)).toEqual({ ...nothing, adopt: "unowned" });
    expect(await chooseApply({ ...nothing, adopt: "all" }, undefined)).toMatchObject({ adopt: "all" });
  });

  it("are those of a saved plan where one is applied", async () => {
    const { err, code } = await clusters.run("plan --adopt never --force-conflicts=ConfigMap --out saved.plan");
    expect([code, err]).toEqual([0, expect.stringContaining("Saved.")]);
    const chosen = await chooseApply(nothing, { name: "saved.plan", cwd: clusters.folder });
    expect(chosen).toMatchObject({ adopt: "never", forceConflicts: ["ConfigMap"], clusters: [], prune: false });
    expect(chosen.saved?.mesh).toBe("prod");
  });

  it.each<readonly [made: string, choices: Partial<AskedChoices>]>([
    ["--cluster west", { clusters: ["west"] }],
    ["--prune", { prune: true }],
    ["--force-conflicts", { forceConflicts: true }],
    ["--force-conflicts=Service,Secret", { forceConflicts: ["Service", "Secret"] }],
    ["--adopt all", { adopt: "all" }],
    ["--continue", { continueOnRefusal: true }],
  ])("cannot be made beside a saved plan: %s", async (made, choices) => {
    const error = await rejection(chooseApply({ ...nothing, ...choices }, { name: "x.plan", cwd: clusters.folder }));
    expect(error.exitCode).toBe(64);
    expect(error.diagnostics).toMatchObject([
      { code: "ISM066", fix: `Make the plan with it: isthmus plan ${made} --out x.plan` },
    ]);
  });
});

describe("an apply of a new mesh", () => {
  it("is prepared when all clusters answer", async () => {
    const events: PlanEvent[] = [];
    const ready = await prepare((event) => events.push(event));
    await ready.prepared.close();
    expect(ready).toMatchObject({ prune: false, changes: true });
    expect(events).toEqual([{ kind: "plan", plan: ready.prepared.plan, prune: false }]);
  });

  it("is refused when one of its clusters does not answer, after its plan was told", async () => {
    await clusters.servers["east"]?.close();
    const events: PlanEvent[] = [];
    const error = await rejection(prepare((event) => events.push(event)));
    expect(error.exitCode).toBe(69);
    expect(error.diagnostics.at(-1)).toMatchObject({ code: "ISM306" });
    expect(error.diagnostics.at(-1)?.detail).toContain("east does not answer");
    expect(events.map(({ kind }) => kind)).toEqual(["plan"]);
  });
});

async function prepare(onPlan: (event: PlanEvent) => void): ReturnType<typeof prepareApply> {
  const meshFile = await readMeshFile(path.join(clusters.folder, "mesh.yaml"), clusters.folder);
  return prepareApply({ meshFile, scope: [], prune: false, onPlan }, await clusters.engineOptions());
}

async function rejection(work: Promise<unknown>): Promise<UserError> {
  const error: unknown = await work.catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(UserError);
  return error as UserError;
}
