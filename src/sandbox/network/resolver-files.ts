import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { isAbsent } from "../../files/is-absent.ts";
import { belongsToInstance } from "./names.ts";

/** Where `ip netns exec` finds what it shows instead of files of /etc (https://man7.org/linux/man-pages/man8/ip-netns.8.html). */
const folder = "/etc/netns";

/** Has commands in these namespaces (`ip netns exec`) ask this DNS server. */
export async function writeResolverFiles(namespaces: readonly string[], server: string): Promise<void> {
  await Promise.all(
    namespaces.map(async (name) => {
      await mkdir(path.join(folder, name), { recursive: true });
      await writeFile(path.join(folder, name, "resolv.conf"), `nameserver ${server}\n`);
    }),
  );
}

/** The namespaces of a sandbox for which such files are there. */
export async function listResolverFiles(instance: string): Promise<readonly string[]> {
  try {
    return (await readdir(folder)).filter((name) => belongsToInstance(name, instance));
  } catch (error) {
    if (isAbsent(error)) {
      return [];
    }
    throw error;
  }
}

/** Removes them. */
export async function removeResolverFiles(namespaces: readonly string[]): Promise<void> {
  await Promise.all(namespaces.map(async (name) => rm(path.join(folder, name), { recursive: true, force: true })));
}
