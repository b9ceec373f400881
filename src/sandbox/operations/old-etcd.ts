import { access } from "node:fs/promises";
import path from "node:path";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { clusterFolder } from "../cluster/cluster-folder.ts";
import type { SupervisorConfig } from "../cluster/node-config.ts";
import { readNodeConfig } from "../cluster/node-config.ts";
import { engineDiagnostic } from "../engine/engine-diagnostic.ts";
import { clusterDirectory } from "./state-folder.ts";

/** What engines had before their manifests named it: Debian's. */
const unnamedEtcd = "3.4";

/**
 * True when an etcd opens what another has written: the same minor release, or
 * the next one. etcd upgrades one minor release at a time
 * (https://etcd.io/docs/v3.6/upgrades/upgrading-etcd/), and none goes back.
 */
export function opensData(etcd: string, writtenBy: string): boolean {
  const [major = 0, minor = 0] = etcd.split(".").map(Number);
  const [oldMajor = 0, oldMinor = 0] = writtenBy.split(".").map(Number);
  return major === oldMajor && (minor === oldMinor || minor === oldMinor + 1);
}

/**
 * Refuses to start nodes on data that the engine's etcd would end over, again
 * and again: of a sandbox that an earlier version of isthmus has made and that
 * is started again. A UserError (ISM721) that names all of them; nodes that run
 * go on with the programs that they have.
 */
export async function refuseOldData(folder: string, idle: readonly SupervisorConfig[]): Promise<void> {
  const old = await Promise.all(
    idle.map(async ({ cluster, engine }) => {
      const dir = clusterDirectory(folder, cluster);
      const hasData = await access(path.join(clusterFolder(dir).etcd, "member")).then(
        () => true,
        () => false,
      );
      const etcd = engine.versions.etcd ?? unnamedEtcd;
      // A record that cannot be read says nothing, and the node is then started as it is.
      const before = hasData ? await readNodeConfig(dir).catch(() => undefined) : undefined;
      const writtenBy = before === undefined ? etcd : (before.engine.versions.etcd ?? unnamedEtcd);
      return opensData(etcd, writtenBy) ? [] : [{ cluster, etcd, writtenBy }];
    }),
  );
  const [first] = old.flat();
  if (first !== undefined) {
    const clusters = old.flat().map(({ cluster }) => cluster);
    const instance = idle[0]?.instance ?? "";
    throw new UserError(
      [
        engineDiagnostic(
          "ISM721",
          `What ${clusters.join(", ")} of the sandbox ${JSON.stringify(instance)} hold was written by etcd ${first.writtenBy}, which etcd ${first.etcd} of the present engine cannot open. Nothing was started or changed.`,
          `Make the sandbox anew, which loses what was in it:\n    isthmus sandbox down --instance ${instance}\n    isthmus sandbox up --instance ${instance}\nTo keep it, run the version of isthmus that has made it.`,
        ),
      ],
      exitCodes.failed,
    );
  }
}
