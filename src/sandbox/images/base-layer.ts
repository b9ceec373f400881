import { chmod, mkdir, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { existsSync } from "node:fs";
import path from "node:path";
import { unpackDebianRoot } from "../engine/debian-root.ts";
import type { EnginePins } from "../engine/engine-pins.ts";
import { busyboxApplets } from "./image-recipes.ts";
import type { Layer } from "./docker-archive.ts";
import { writeLayer } from "./write-layer.ts";

export interface BaseLayerOptions {
  readonly pins: EnginePins;
  /** An existing folder for what is needed meanwhile; the layer is written into it. */
  readonly workDir: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly signal: AbortSignal;
}

/** What nobody reads in a container, and what came from this machine. */
const leftOut = [
  "usr/share/doc",
  "usr/share/man",
  "usr/share/locale",
  "usr/share/info",
  "usr/share/lintian",
  "usr/share/bash-completion",
  "usr/share/perl5",
  "usr/share/zoneinfo",
  "usr/include",
  "usr/lib/x86_64-linux-gnu/gconv",
  "etc/apt",
  "etc/hostname",
  "etc/resolv.conf",
  "etc/fstab",
  "var/lib/apt",
  "var/lib/dpkg",
  "var/cache",
  "var/log",
] as const;

const accounts: Readonly<Record<string, string>> = {
  "etc/passwd": [
    "root:x:0:0:root:/root:/bin/sh",
    "istio-proxy:x:1337:1337:Istio proxy:/home/istio-proxy:/bin/sh",
    "nobody:x:65534:65534:nobody:/nonexistent:/usr/sbin/nologin",
  ].join("\n"),
  "etc/group": ["root:x:0:", "istio-proxy:x:1337:", "nogroup:x:65534:"].join("\n"),
  "etc/nsswitch.conf": ["passwd: files", "group: files", "hosts: files dns"].join("\n"),
};

/**
 * The layer below the images: Debian's iptables, nftables, iproute2, curl and
 * busybox with what they depend on. Throws a CommandError.
 */
export async function makeBaseLayer(options: BaseLayerOptions): Promise<Layer> {
  const { debian } = options.pins;
  const root = path.join(options.workDir, "debian-base");
  await unpackDebianRoot({
    suite: debian.suite,
    packages: debian.imagePackages,
    target: root,
    temporaryDir: options.workDir,
    env: options.env,
    signal: options.signal,
  });
  await tidyRoot(root);
  return await writeLayer({
    root,
    file: path.join(options.workDir, "base.tar"),
    env: options.env,
    signal: options.signal,
  });
}

async function tidyRoot(root: string): Promise<void> {
  for (const entry of leftOut) {
    await rm(path.join(root, entry), { recursive: true, force: true });
  }
  // A container gets its own /dev, /proc and /sys.
  for (const folder of ["dev", "proc", "sys"]) {
    await rm(path.join(root, folder), { recursive: true, force: true });
    await mkdir(path.join(root, folder));
  }
  for (const [file, content] of Object.entries(accounts)) {
    await writeFile(path.join(root, file), `${content}\n`);
  }
  for (const folder of ["root", "run", "tmp", "var/tmp", "var/lib", "home/istio-proxy"]) {
    await mkdir(path.join(root, folder), { recursive: true });
  }
  await chmod(path.join(root, "tmp"), 0o1777);
  await chmod(path.join(root, "var/tmp"), 0o1777);
  await linkAlternatives(path.join(root, "usr/sbin"));
  for (const applet of busyboxApplets) {
    await linkUnlessThere("busybox", path.join(root, "bin", applet));
  }
}

/** Debian chooses between nft and legacy in a package's script, which has not run: choose nft, as Istio's base image does. */
async function linkAlternatives(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const chosen = /^(ip6?tables)-nft((?:-save|-restore)?)$/.exec(name);
    if (chosen !== null) {
      await linkUnlessThere(name, path.join(folder, `${chosen[1]}${chosen[2]}`));
    }
  }
}

async function linkUnlessThere(target: string, link: string): Promise<void> {
  if (!existsSync(link)) {
    await symlink(target, link);
  }
}
