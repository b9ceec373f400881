import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { clusterNamed } from "../../core/model/mesh.ts";
import type { Authority } from "../../core/render/materials.ts";
import { twoClusters } from "../../core/testing/two-clusters.ts";
import { issueIntermediate, issueRoot } from "../../pki/certificate-authority.ts";
import { keepRoot, rootFilesOf } from "../../pki/root-store.ts";
import type { Connected } from "../clusters/connect-clusters.ts";
import { planTrust } from "./plan-trust.ts";

const days = 24 * 3600 * 1000;
const made = Date.parse("2026-06-01T12:00:00Z");
let data = "";
let authority: Authority;

beforeEach(async () => {
  data = await mkdtemp(path.join(tmpdir(), "plan-trust-"));
  const files = rootFilesOf(twoClusters, { data, folder: data, env: {} });
  const root = await keepRoot(files, await issueRoot(twoClusters.name, new Date(made)));
  const request = { cluster: "west", keyType: "ecdsa-p256", validitySeconds: (90 * days) / 1000 } as const;
  authority = await issueIntermediate(root, request, new Date(made));
});

afterEach(async () => rm(data, { recursive: true, force: true }));

/** What a plan does about the intermediate of west so many days after it was made. */
async function planned(after: number, cluster = "west"): Promise<string> {
  const one = { cluster: clusterNamed(twoClusters, cluster), facts: { authority, authorityLacks: [] } };
  const options = { env: { ISTHMUS_DATA_DIR: data }, now: () => made + after * days };
  const { verdicts, problems } = await planTrust(
    { mesh: twoClusters, folder: data } as Parameters<typeof planTrust>[0],
    [one as unknown as Connected],
    options,
  );
  expect(problems).toEqual([]);
  return `${verdicts[cluster]?.action}: ${verdicts[cluster]?.reason}`;
}

it("an intermediate of 90 days is renewed after 60, by the root that is here", async () => {
  expect(await planned(59)).toBe("keep: the intermediate is valid and signed by the mesh's root");
  expect(await planned(61)).toBe("issue: the intermediate is past two thirds of its lifetime");
});

it("an intermediate is kept until its end where the root's key is elsewhere, or where another cluster's name is in it", async () => {
  expect(await planned(61, "east")).toMatch(/^keep/);
  await rm(path.join(data, "meshes"), { recursive: true });
  expect(await planned(61)).toMatch(/^keep/);
});
