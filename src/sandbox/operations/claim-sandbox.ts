import { ensureNetwork } from "../network/ensure-network.ts";
import { chooseIndex, describeRoute, findOverlap, readHostLinks, readHostRoutes } from "../network/host-routes.ts";
import { hostLink, ownerMark } from "../network/names.ts";
import { findOtherOwner } from "../network/remove-network.ts";
import type { InstanceRecord, SandboxCluster } from "./instance-record.ts";
import { listInstances, planRecord, readRecord, recordedRanges, writeRecord } from "./instance-record.ts";
import { withMachineLock } from "./lock.ts";
import { findRemains, isNothing, removeRunningParts } from "./remains.ts";
import { sandboxError } from "./sandbox-diagnostic.ts";
import type { Environment } from "./state-folder.ts";

export interface ClaimOptions {
  readonly instance: string;
  readonly env: Environment;
  readonly signal: AbortSignal;
}

/**
 * Makes sure that a sandbox's names and addresses are its own: chooses a free
 * range for a new one, writes its record and makes its network, by which other
 * state folders see that the range is taken, all under the machine's lock.
 *
 * A sandbox that is on record keeps its range; when another network took it in
 * the meantime (after a reboot), that is a UserError, because its certificates
 * and contexts carry its addresses. UserErrors ISM734, ISM735, ISM736.
 */
export async function claimSandbox(
  existing: InstanceRecord | undefined,
  clusters: readonly SandboxCluster[],
  folder: string,
  options: ClaimOptions,
): Promise<InstanceRecord> {
  return withMachineLock(options.instance, options.signal, async () => {
    const other = await findOtherOwner(options.instance, folder);
    if (other !== undefined) {
      throw sandboxError("ISM736", {
        detail: `A sandbox ${JSON.stringify(options.instance)} that is kept in ${other} runs on this machine.`,
        fix: "Choose another name with `--instance`, or take that one down first (with ISTHMUS_STATE_DIR pointing to where it is kept).",
      });
    }
    if (existing !== undefined) {
      await checkRange(existing, folder, options);
      return existing;
    }
    // Names without a record: files were deleted by hand, or `down` was killed in the middle.
    const remains = await findRemains({ instance: options.instance, folder, clusters: [], index: undefined });
    if (!isNothing(remains)) {
      await removeRunningParts(remains, 10_000);
    }
    const record = planRecord(options.instance, await findFreeIndex(options), clusters, new Date());
    await writeRecord(options.env, record);
    await ensureNetwork(
      {
        instance: options.instance,
        folder,
        ranges: recordedRanges(record),
        clusters: record.clusters.map((one) => one.name),
      },
      options.signal,
    );
    return record;
  });
}

async function findFreeIndex({ env, signal }: ClaimOptions): Promise<number> {
  const [links, routes, names] = await Promise.all([readHostLinks(signal), readHostRoutes(signal), listInstances(env)]);
  const reserved = new Map<number, string>();
  for (const name of names) {
    // A record that cannot be read reserves nothing that could be known.
    const record = await readRecord(env, name).catch(() => undefined);
    if (record !== undefined) {
      reserved.set(record.index, name);
    }
  }
  const choice = chooseIndex(links, routes, reserved);
  if (choice.kind === "none") {
    const reasons = [...new Set(choice.taken.map((one) => one.reason))];
    throw sandboxError("ISM734", {
      detail: `None of the sixteen blocks of 172.30.0.0/16 can be used: ${reasons.join("; ")}.`,
      fix: "Take a sandbox down that is not needed, or the network that overlaps (a VPN, a container network).",
    });
  }
  return choice.index;
}

async function checkRange(record: InstanceRecord, folder: string, { instance, signal }: ClaimOptions): Promise<void> {
  const [links, routes] = await Promise.all([readHostLinks(signal), readHostRoutes(signal)]);
  const link = links.find((one) => one.ifname === hostLink(record.index));
  const foreign = link !== undefined && link.ifalias !== ownerMark(instance, folder);
  const route = findOverlap(record.index, routes);
  if (foreign || route !== undefined) {
    const holder = foreign
      ? `the link ${hostLink(record.index)} (${link.ifalias ?? "of unknown origin"})`
      : `the route ${describeRoute(route ?? { dst: "" })}`;
    throw sandboxError("ISM734", {
      detail: `The sandbox ${JSON.stringify(instance)} has the addresses ${recordedRanges(record).block}, and ${holder} has taken them since.`,
      fix: `Remove that, or run \`isthmus sandbox down --instance ${instance}\` and \`up\`: a new sandbox takes another range.`,
    });
  }
}
