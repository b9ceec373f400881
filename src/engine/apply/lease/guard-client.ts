import type { KubeClient } from "../../../kube/client.ts";
import type { HeldLease } from "./keep-lease.ts";

/** The same client, which before every write makes sure that the Lease is still held. Dry-runs and reads pass. */
export function guardClient(client: KubeClient, lease: Pick<HeldLease, "ensure">): KubeClient {
  return {
    ...client,
    async create(object, options) {
      if (options.dryRun !== true) {
        await lease.ensure();
      }
      return client.create(object, options);
    },
    async apply(object, options) {
      if (options.dryRun !== true) {
        await lease.ensure();
      }
      return client.apply(object, options);
    },
    async patchMerge(reference, patch, options) {
      if (options.dryRun !== true) {
        await lease.ensure();
      }
      return client.patchMerge(reference, patch, options);
    },
    async delete(reference, options) {
      if (options.dryRun !== true) {
        await lease.ensure();
      }
      return client.delete(reference, options);
    },
  };
}
