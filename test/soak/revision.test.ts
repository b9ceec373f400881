import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { expectNoAlarm } from "../faults/mesh.ts";
import { freshFolder, isthmus, kubectl, meshFile, writeMeshFile } from "../e2e/world.ts";

beforeAll(async () => {
  await isthmus(["remove", "-f", meshFile(), "--yes"]);
});

describe.each(["istioctl", "helm"])("with install: %s and a revision", (install) => {
  let file: string;

  beforeAll(() => {
    file = writeMeshFile(freshFolder(), (text) =>
      text.replace(/install: istioctl\n +profile: demo/, `install: ${install}\n    values: { revision: canary }`),
    );
  });

  afterAll(async () => {
    await isthmus(["remove", "-f", file, "--yes"]);
  });

  it("installs a control plane that injects the services' pods", async () => {
    const ran = await isthmus(["apply", "-f", file, "--yes"]);
    expect(ran.err).not.toContain("error[");
    expect(ran.code).toBe(0);
    const labels = await kubectl("west", ["get", "namespace", "sample", "--show-labels"]);
    expect(labels.out).toContain("istio.io/rev=canary");
    expect(labels.out).not.toContain("istio-injection");
    expect((await isthmus(["verify", "-f", file])).code).toBe(0);
  });

  it("has nothing to complain about", async () => {
    const ran = await isthmus(["check", "-f", file]);
    expect(ran.out).toContain("nothing is wrong");
    expect(ran.code).toBe(0);
    expect((await isthmus(["status", "-f", file])).out).not.toContain("×");
    await expectNoAlarm(file);
  });
});
