import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { parseMountPoints } from "./mount-points.ts";

/**
 * Folders of the machine that containerd, CNI plugins and kubelet write to at
 * fixed places (/var/lib/cni/results, /var/log/containers): the node sees
 * them, and what it writes there stays in its memory and ends with it.
 */
const shieldedFolders = ["/var/lib", "/var/log"];

/**
 * Makes the mount namespace that the process is in the node's own: an empty
 * /run, shielded system folders, and mounts that containers may propagate
 * among themselves. `keep` are folders that must stay the machine's own below
 * a shielded folder; `binds` show a folder at another place too, which is made.
 * Must run once, in a new mount namespace that is a slave
 * of the machine's: what is unmounted there goes here too.
 */
export function makeNodeMounts(keep: readonly string[], binds: Readonly<Record<string, string>> = {}): void {
  // Copies of other namespaces' mounts (/run/netns/*) would keep those alive for as long as the node runs.
  detachMountsBelow("/run");
  mount("-t", "tmpfs", "-o", "mode=755", "isthmus", "/run");
  for (const folder of shieldedFolders.filter((one) => existsSync(one))) {
    shieldFolder(
      folder,
      keep.filter((one) => isBelow(one, folder)),
    );
  }
  for (const [target, source] of Object.entries(binds)) {
    mkdirSync(target, { recursive: true });
    mount("--bind", source, target);
  }
  // A container's mount with propagation (`HostToContainer`) needs a shared parent; the machine is not a peer.
  mount("--make-rshared", "/");
}

/** True when nodes cannot see the folder, because each has a /run of its own. `folder` is a real path. */
export function isHiddenFromNodes(folder: string): boolean {
  return isBelow(folder, "/run");
}

function shieldFolder(folder: string, keep: readonly string[]): void {
  const work = path.join("/run/isthmus", folder.replaceAll("/", "_"));
  const kept = keep.map((original, index) => ({ original, aside: path.join(work, `keep${index}`) }));
  for (const name of ["upper", "work", ...kept.map(({ aside }) => path.basename(aside))]) {
    mkdirSync(path.join(work, name), { recursive: true });
  }
  for (const { original, aside } of kept) {
    mount("--rbind", original, aside);
  }
  // Also containers' file systems, for example of a Docker below /var/lib, must not be held.
  detachMountsBelow(folder);
  const layers = `lowerdir=${folder},upperdir=${path.join(work, "upper")},workdir=${path.join(work, "work")}`;
  mount("-t", "overlay", "-o", layers, "isthmus", folder);
  for (const { original, aside } of kept) {
    mkdirSync(original, { recursive: true });
    mount("--move", aside, original);
  }
}

function detachMountsBelow(folder: string): void {
  const points = parseMountPoints(readFileSync("/proc/self/mountinfo", "utf8")).filter(
    (point) => point !== folder && isBelow(point, folder),
  );
  if (points.length > 0) {
    execFileSync("umount", ["-l", ...points.toReversed()], { stdio: ["ignore", "ignore", "inherit"] });
  }
}

function isBelow(file: string, folder: string): boolean {
  return file === folder || file.startsWith(`${folder}/`);
}

function mount(...args: readonly string[]): void {
  execFileSync("mount", args, { stdio: ["ignore", "ignore", "inherit"] });
}
