import path from "node:path";
import { ensureClusterImages, type ClusterImages } from "./cluster-images.ts";
import { ensureDebianPrograms } from "./debian-programs.ts";
import { ensureGoPart, type EnsureGoPartOptions } from "./ensure-go-part.ts";

/** What a front door is made of; paths are absolute and exist. */
export interface FrontDoorParts {
  /** The words that start BIND. */
  readonly named: readonly string[];
  readonly pebble: string;
  /** Folders that both are read from. */
  readonly reads: readonly string[];
  readonly images: ClusterImages;
  /** Folder of cert-manager's custom resource definitions, a YAML file each. */
  readonly certManagerKinds: string;
}

/** The Debian packages of BIND: the server, and the tools that people ask it with. */
const bindPackages = ["bind9", "bind9-dnsutils"] as const;

/**
 * Every part of a front door, from the cache or made now, one after the other:
 * compiling takes every core. A UserError as of `ensureGoPart` and
 * `ensureDebianPrograms`.
 */
export async function ensureFrontDoorParts(options: EnsureGoPartOptions): Promise<FrontDoorParts> {
  const bind = await ensureDebianPrograms({ ...options, packages: bindPackages });
  const pebble = await ensureGoPart("pebble", options);
  const certManager = await ensureGoPart("cert-manager", options);
  const externalDns = await ensureGoPart("external-dns", options);
  return {
    named: bind.command("usr/sbin/named"),
    pebble: pebble.programs["pebble"] ?? "",
    reads: [bind.root, pebble.dir],
    images: await ensureClusterImages({ certManager, externalDns }, options),
    certManagerKinds: path.join(certManager.dir, "crds"),
  };
}
