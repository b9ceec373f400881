import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { KubeObject } from "../../core/model/kube-object.ts";
import { readRefusals, validateObjects } from "./validate-objects.ts";

const route = (name: string, kind = "VirtualService"): KubeObject => ({
  apiVersion: "networking.istio.io/v1",
  kind,
  metadata: { name, namespace: "sample" },
  spec: {},
});

/** As istioctl 1.31.0 prints it. */
const words = `Error: 2 errors occurred:
\t* VirtualService/sample/bad: "uri": error parsing regexp: missing closing ): \`(\`; Istio uses RE2 style regex-based match (https://github.com/google/re2/wiki/Syntax)
\t* DestinationRule/sample/bad: 2 errors occurred:
\t* locality weight must be in range [1, 100]
\t* can not simultaneously specify 'distribute' and 'failover'


`;

/** An istioctl that ends with `code` after having said `text` on stderr. */
async function istioctl(text: string, code: number): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  await writeFile(path.join(folder, "said"), text);
  const file = path.join(folder, "istioctl");
  await writeFile(file, `#!/bin/sh\ncat ${path.join(folder, "said")} >&2\nexit ${code}\n`);
  await chmod(file, 0o755);
  return file;
}

const { signal } = new AbortController();

describe("Istio's validation", () => {
  it("gives each object its own words, also where there are several", () => {
    const objects = [route("good"), route("bad"), route("bad", "DestinationRule")];
    expect(readRefusals(words, objects)).toEqual([
      {
        object: objects[1],
        words: expect.stringMatching(/^"uri": error parsing regexp: missing closing \): `\(`; .*Syntax\)$/) as string,
      },
      {
        object: objects[2],
        words:
          "2 errors occurred: * locality weight must be in range [1, 100] * can not simultaneously specify 'distribute' and 'failover'",
      },
    ]);
  });

  it("finds nothing where istioctl is content", async () => {
    expect(await validateObjects([route("good")], { istioctl: await istioctl("", 0), signal })).toEqual([]);
  });

  it("says what istioctl refuses", async () => {
    const found = await validateObjects([route("bad")], { istioctl: await istioctl(words, 1), signal });
    expect(found?.map(({ object }) => object.metadata.name)).toEqual(["bad"]);
  });

  it("does not know where istioctl fails for another reason", async () => {
    const broken = await istioctl("panic: something else", 2);
    expect(await validateObjects([route("bad")], { istioctl: broken, signal })).toBeUndefined();
    expect(await validateObjects([route("bad")], { istioctl: "/no/such/program", signal })).toBeUndefined();
  });
});
