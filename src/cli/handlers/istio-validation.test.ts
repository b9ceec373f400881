import { chmod, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { FakeClusters } from "../testing/fake-clusters.ts";
import { startFakeClusters } from "../testing/fake-clusters.ts";

let world: FakeClusters;

beforeEach(async () => {
  world = await startFakeClusters(["west"], { living: true });
});

afterEach(async () => {
  await world.close();
});

/** Has istioctl's validation say something, and count how often it is asked. */
async function validate(says: string, code: number): Promise<string> {
  const istioctl = path.join(world.folder, "istioctl");
  const asked = path.join(world.folder, "asked");
  await writeFile(asked, "");
  const script = await readFile(istioctl, "utf8");
  const branch = `  validate) echo x >>'${asked}'; echo '${says}' >&2; exit ${code} ;;\n  *) cat`;
  await writeFile(istioctl, script.replace("  *) cat", branch));
  await chmod(istioctl, 0o755);
  return asked;
}

describe("what the mesh file asks of Istio", () => {
  it("is held to Istio's own rules before anything is written, with the line that asks for it", async () => {
    await validate('Error: 1 error occurred:\n\t* VirtualService/sample/helloworld: "uri": error parsing regexp', 1);
    const ran = await world.run("apply --yes");
    expect(ran.code).toBe(1);
    expect(ran.err).toMatch(/mesh\.yaml:\d+:\d+/);
    expect(ran.err).toContain("error[ISM324]");
    expect(ran.err).toContain("VirtualService sample/helloworld");
    expect(ran.err).toContain("error parsing regexp");
    expect(world.servers["west"]?.requests.filter(({ method }) => method !== "GET")).toEqual([]);
  });

  it("is asked about once as long as it is the same", async () => {
    const asked = await validate("", 0);
    expect((await world.run("apply --yes")).code).toBe(0);
    expect((await world.run("plan")).code).toBe(0);
    expect(await readFile(asked, "utf8")).toBe("x\n");
  });

  it("is applied where istioctl cannot say, since istiod's webhook judges every write", async () => {
    await validate("panic", 2);
    expect((await world.run("apply --yes")).code).toBe(0);
  });
});
