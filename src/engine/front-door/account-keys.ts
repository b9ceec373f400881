import { accountKeyFile, hasAccountKey } from "../../pki/account-key.ts";
import { dataFolder } from "../../pki/data-folder.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions } from "../options.ts";

/** The files with keys of ACME accounts that this machine has for the issuers of the mesh. */
export async function keptAccountKeys(
  { mesh }: Pick<MeshFile, "mesh">,
  { env }: Pick<AccessOptions, "env">,
): Promise<readonly string[]> {
  const files = mesh.issuers.flatMap(({ isthmus }) =>
    isthmus === undefined ? [] : [accountKeyFile(dataFolder(env), mesh.name, isthmus.server)],
  );
  const there = await Promise.all(files.map(hasAccountKey));
  return [...new Set(files.filter((_, index) => there[index]))];
}
