import { mkdir } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { appliedPassword, startFakeClusters } from "../testing/fake-clusters.ts";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { runIsthmus } from "../testing/run-isthmus.ts";

/** What service users have for a home, and one in a file system that takes no folders. */
const homes = process.platform === "linux" ? ["/dev/null", "/proc/nothing"] : ["/dev/null"];

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west"]);
});

afterEach(async () => {
  await world.close();
});

/** The world's environment with another home and without what names folders of its own. */
function envAt(home: string): Record<string, string> {
  return {
    ...world.env,
    HOME: home,
    ISTHMUS_DATA_DIR: "",
    XDG_CACHE_HOME: "",
    KUBECONFIG: world.env["KUBECONFIG"] ?? "",
  };
}

describe.each(homes)("with HOME=%s", (home) => {
  it.each(["version", "validate", "render", "plan", "status", "init - --contexts west", "export out"])(
    "isthmus %s works, which writes nothing there",
    async (line) => {
      const ran = await world.run(line, { env: envAt(home) });
      expect(ran.err).not.toContain("error");
      expect(ran.code).toBe(0);
    },
  );

  it("isthmus apply names the variable of the data folder and changes nothing", async () => {
    const ran = await world.run("apply --yes", { env: envAt(home) });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("error[ISM507]");
    expect(ran.err).toContain("ISTHMUS_DATA_DIR");
    expect(ran.err).not.toContain("This is a bug");
    expect(JSON.stringify(world.servers["west"]?.store.all())).not.toContain(appliedPassword);
    const data = path.join(world.folder, "elsewhere");
    await mkdir(data);
    expect((await world.run("apply --yes", { env: { ...envAt(home), ISTHMUS_DATA_DIR: data } })).code).toBe(0);
  });

  it("isthmus sandbox status knows no sandbox", async () => {
    const ran = await runIsthmus("sandbox status", { env: { HOME: home } });
    expect(ran.code).toBe(1);
    expect(ran.err).toContain("error[ISM740]");
  });
});
