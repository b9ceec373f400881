import { readHostLinks, readHostRoutes, unreachableMetric } from "./host-routes.ts";
import { belongsToInstance, hostLink, ownerMark } from "./names.ts";
import { listNamespaces } from "./namespaces.ts";
import { listResolverFiles, removeResolverFiles } from "./resolver-files.ts";
import { maxInstances, planRanges } from "./ranges.ts";
import { CommandError } from "../process/run-command.ts";
import { runSystemCommand } from "../process/system-command.ts";

/** What exists of a sandbox's network on this machine. */
export interface NetworkRemains {
  readonly namespaces: readonly string[];
  /** Host links whose mark names the sandbox. */
  readonly links: readonly string[];
  /** Blocks with an unreachable route that no sandbox's link stands for. */
  readonly blocks: readonly string[];
  /** Namespaces for which there are resolver files. */
  readonly resolvers: readonly string[];
}

/**
 * Finds the parts of a sandbox's network by their names and marks, also when
 * nothing is on disk any more. `index` is the one on disk, if it is known.
 */
export async function findNetwork(
  instance: string,
  folder: string,
  index: number | undefined,
): Promise<NetworkRemains> {
  const [namespaces, links, routes, resolvers] = await Promise.all([
    listNamespaces(),
    readHostLinks(),
    readHostRoutes(),
    listResolverFiles(instance),
  ]);
  const mark = ownerMark(instance, folder);
  const own = links.filter((link) => link.ifalias === mark).map((link) => link.ifname);
  const names = new Set(links.map((link) => link.ifname));
  // Without a record: links and routes are made and removed together, so a route whose link is gone belongs to nobody.
  const candidates =
    index === undefined
      ? Array.from({ length: maxInstances }, (_, position) => position).filter(
          (one) => own.includes(hostLink(one)) || !names.has(hostLink(one)),
        )
      : [index];
  const ownBlocks = new Set(candidates.map((position) => planRanges(position, 1).block));
  return {
    resolvers,
    namespaces: namespaces.filter((name) => belongsToInstance(name, instance)),
    links: own,
    blocks: routes
      .filter((route) => route.type === "unreachable" && route.metric === unreachableMetric && ownBlocks.has(route.dst))
      .map((route) => route.dst),
  };
}

/** The state folder of another sandbox of this name that has links on this machine; undefined where there is none. */
export async function findOtherOwner(instance: string, folder: string): Promise<string | undefined> {
  const own = ownerMark(instance, folder);
  const start = ownerMark(instance, "");
  const other = (await readHostLinks()).find(
    (link) => link.ifalias?.startsWith(start) === true && link.ifalias !== own,
  );
  return other?.ifalias?.slice(start.length);
}

/** Removes what was found. What is gone in the meantime is no error; the rest is collected and given back as messages. */
export async function removeNetwork(remains: NetworkRemains): Promise<readonly string[]> {
  const commands = [
    ...remains.links.map((link) => ["link", "delete", link]),
    ...remains.blocks.map((block) => ["route", "delete", "unreachable", block, "metric", String(unreachableMetric)]),
    ...remains.namespaces.map((name) => ["netns", "delete", name]),
  ];
  const [problems] = await Promise.all([Promise.all(commands.map(removeOne)), removeResolverFiles(remains.resolvers)]);
  return problems.filter((problem) => problem !== undefined);
}

async function removeOne(command: readonly string[]): Promise<string | undefined> {
  try {
    await runSystemCommand("ip", command);
    return undefined;
  } catch (error) {
    const said = error instanceof CommandError ? error.explain() : (error as Error).message;
    return /Cannot find device|No such (process|file|device)/.test(said) ? undefined : said;
  }
}
