import { expect, it } from "vitest";
import { isthmus, meshFile } from "./world.ts";

interface Proof {
  readonly cluster: string;
  readonly ok: boolean;
  readonly requests: number;
  readonly endpoints: readonly { readonly version: string; readonly seen: readonly string[] }[];
  readonly weights: readonly { readonly version: string; readonly asked: number; readonly answers: number }[];
}

// One in a thousand true splits is called wrong, by design of the test; twice in a row is one in a million.
it("proves the split of 10 to 90 at both ingresses by real requests", { retry: 1 }, async () => {
  const ran = await isthmus(["verify", "-f", meshFile(), "-o", "json"]);
  expect(ran.code).toBe(0);
  const { proofs } = JSON.parse(ran.out) as { proofs: readonly Proof[] };
  expect(proofs.map((proof) => proof.cluster).sort()).toEqual(["east", "west"]);
  for (const proof of proofs) {
    expect(proof.requests).toBeGreaterThanOrEqual(400);
    expect(proof.weights.reduce((sum, one) => sum + one.answers, 0)).toBe(proof.requests);
  }
});

it("finds the remote version behind the other cluster's east-west gateway and no foreign pod address", async () => {
  const ran = await isthmus(["verify", "-f", meshFile(), "-o", "json"]);
  const { proofs } = JSON.parse(ran.out) as { proofs: readonly Proof[] };
  const remote = { west: "v2", east: "v1" } as const;
  for (const proof of proofs) {
    const version = remote[proof.cluster as "west" | "east"];
    const seen = proof.endpoints.filter((one) => one.version === version).flatMap((one) => one.seen);
    expect(seen).toHaveLength(1);
    expect(seen[0]).toMatch(/^172\.\d+\.\d+\.\d+:15443$/);
  }
});
