import { partOfToday } from "./part-of-today.ts";

/** What every day with Rancher's sandbox tells: two clusters behind Rancher made one mesh, requests, a shift, removal. */
const rancher = ["test/rancher/10-double.test.ts", "test/rancher/50-mesh.test.ts", "test/rancher/60-remove.test.ts"];

/** What every other day tells of a sandbox: apply, verify, secrets, shift, a part of the faults. */
const sandbox = [
  "test/e2e/01-sandbox.test.ts",
  "test/e2e/02-policy-enforcer.test.ts",
  "test/e2e/10-apply.test.ts",
  "test/e2e/20-verify.test.ts",
  "test/e2e/25-secrets.test.ts",
  "test/e2e/30-shift.test.ts",
  "test/faults/01-faults.test.ts",
];

/**
 * Test files of which a run without names takes one list, and another each day:
 * each beside the main story puts the mesh as it needs it. A day has the
 * sandbox of Rancher or the other one: both are more than ten minutes of two
 * cores. Within a sandbox, a file that begins without a mesh stands behind one
 * that ends without.
 */
export const alternating: readonly (readonly string[])[] = [
  [...rancher, "test/rancher/52-one-cluster.test.ts", "test/wire/kill-drain.test.ts"],
  [...sandbox, "test/e2e/47-saved-plan.test.ts", "test/e2e/55-cluster-leaves.test.ts", "test/e2e/60-adopt.test.ts"],
  [...sandbox, "test/e2e/35-proofs.test.ts", "test/e2e/45-lease.test.ts", "test/faults/04-verify-blames.test.ts"],
  [...rancher, "test/rancher/54-service-accounts.test.ts", "test/wire/kill-shift.test.ts"],
  [
    ...sandbox,
    "test/e2e/05-helm-values.test.ts",
    "test/e2e/06-route-settings.test.ts",
    "test/e2e/40-bad-access.test.ts",
    "test/wire/lost-output.test.ts",
  ],
  [...sandbox, "test/e2e/70-export.test.ts", "test/wire/published-names.test.ts"],
  ["test/rancher/10-double.test.ts", "test/rancher/40-install-rancher.test.ts", "test/wire/dns-sync-faults.test.ts"],
  [
    ...sandbox,
    "test/e2e/32-route-order.test.ts",
    "test/e2e/50-foreign-objects.test.ts",
    "test/faults/02-harmless.test.ts",
  ],
  [
    ...sandbox,
    "test/e2e/52-kill-apply.test.ts",
    "test/e2e/53-scope.test.ts",
    "test/house/count-tests.test.ts",
    "test/wire/certificates.test.ts",
  ],
  [
    ...rancher,
    "test/rancher/20-controllers.test.ts",
    "test/rancher/30-catalog.test.ts",
    "test/wire/kill-remove.test.ts",
  ],
  [
    ...sandbox,
    "test/e2e/31-proxy-refuses.test.ts",
    "test/e2e/48-other-port.test.ts",
    "test/faults/03-not-applied.test.ts",
  ],
  [
    ...sandbox,
    "test/e2e/57-failover.test.ts",
    "test/e2e/58-status.test.ts",
    "test/e2e/59-drain.test.ts",
    "test/e2e/61-published-names.test.ts",
  ],
  [
    ...rancher,
    "test/rancher/70-runbook-era.test.ts",
    "test/rancher/90-sandbox-down.test.ts",
    "test/wire/certificate-orders.test.ts",
    "test/wire/cluster-leaves.test.ts",
  ],
];

/** The alternating files that this run leaves out: none where somebody names files, or asks for all (ISTHMUS_TESTS=all). */
export function leftOutToday(args: readonly string[], now = Date.now()): readonly string[] {
  const named = args.some((one) => one.includes(".test.ts") || /\btest\//.test(one));
  const taken = partOfToday(alternating, alternating.length, now);
  return named ? [] : alternating.flat().filter((file) => !taken.flat().includes(file));
}
