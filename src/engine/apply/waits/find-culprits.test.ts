import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { connectFake } from "../../../kube/testing/connect-fake.ts";
import { createCulpritFinder } from "./find-culprits.ts";

const { signal } = new AbortController();

/** An istioctl that refuses with these words, or none at all. */
async function istioctlSaying(words: string): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "isthmus-test-"));
  onTestFinished(async () => rm(folder, { recursive: true, force: true }));
  const file = path.join(folder, "istioctl");
  const version = '{"clientVersion":{"version":"1.31.0"}}';
  const script = `#!/bin/sh\n[ "$1" = version ] && { echo '${version}'; exit 0; }\necho '${words}' >&2\nexit 1\n`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

/** What is suspected in a cluster with two routes, of which `late` was changed last. */
async function suspect(istioctlCandidates: readonly string[]) {
  const { server, client } = await connectFake();
  for (const [name, time] of [
    ["late", "2026-02-01T00:00:00Z"],
    ["early", "2026-01-01T00:00:00Z"],
  ] as const) {
    const managedFields = [{ manager: "kubectl", operation: "Apply", time, fieldsV1: {} }];
    const metadata = { name, namespace: "sample", managedFields };
    server.put({ apiVersion: "networking.istio.io/v1", kind: "VirtualService", metadata });
  }
  const find = createCulpritFinder({ install: "istioctl", version: "1.31.0" }, { env: {}, istioctlCandidates, signal });
  return find({ name: "oslo", context: "ctx", client });
}

it("suspects the object that Istio's own validation refuses", async () => {
  const istioctl = await istioctlSaying("* VirtualService/sample/early: a bad regular expression");
  const { cause, objects } = await suspect([istioctl]);
  expect(cause).toBe("Istio's own validation refuses VirtualService sample/early (a bad regular expression)");
  expect(objects).toMatchObject([{ kind: "VirtualService", name: "early" }]);
});

it("suspects what was changed last where there is no istioctl of the version, or it finds nothing", async () => {
  for (const candidates of [[], [await istioctlSaying("something else")]]) {
    const { cause, objects } = await suspect(candidates);
    expect(cause).toBe("What was changed last there is VirtualService sample/late, by kubectl at 2026-02-01T00:00:00Z");
    expect(objects).toMatchObject([{ name: "late" }]);
  }
});
