import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { zoneName } from "../../core/front-door/published-names.ts";
import type { Rfc2136Writer, SecretPlace } from "../../core/model/dns.ts";
import { Secret } from "../../core/secret.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import type { DnsZoneSettings } from "../../providers/dns/open-dns-zone.ts";
import { openDnsZone } from "../../providers/dns/open-dns-zone.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions } from "../options.ts";
import type { SecretText } from "./read-secret.ts";
import { readSecret } from "./read-secret.ts";

/** A zone with what is not as it should be and works (ISM639: a secret's file that others can read). */
export interface OpenZone {
  readonly zone: DnsZone;
  readonly warnings: readonly Diagnostic[];
}

/**
 * The zone of the mesh file, ready to be asked; nothing is sent yet. Undefined
 * where the mesh file has none that isthmus writes. Throws one UserError (65)
 * for secrets that cannot be read (ISM639), and one for a key that no server can have (ISM632).
 */
export async function openMeshZone(
  meshFile: MeshFile,
  { env }: Pick<AccessOptions, "env">,
): Promise<OpenZone | undefined> {
  const { dns } = meshFile.mesh;
  const writer = dns?.provider.writer;
  if (dns === undefined || writer?.kind !== "rfc2136") {
    return undefined;
  }
  const reader = createReader(meshFile, env, ["spec", "dns", "provider", dns.provider.name]);
  const zone = zoneName(dns.zone);
  const settings = await rfc2136Settings(writer, reader);
  if (reader.problems.length > 0) {
    throw new UserError(reader.problems, exitCodes.invalidMeshFile);
  }
  return { zone: openDnsZone({ zone, ...settings }), warnings: reader.warnings };
}

interface Reader {
  readonly problems: Diagnostic[];
  readonly warnings: Diagnostic[];
  /** An empty secret where there is a problem, which is thrown before anything uses it. */
  readonly secret: (place: SecretPlace, what: string, field: readonly string[]) => Promise<string>;
}

function createReader(meshFile: MeshFile, env: AccessOptions["env"], at: readonly string[]): Reader {
  const problems: Diagnostic[] = [];
  const warnings: Diagnostic[] = [];
  return {
    problems,
    warnings,
    secret: async (place, what, field) => {
      const range = meshFile.locate([...at, ...field]);
      const read: SecretText = await readSecret({ place, what, range }, { folder: meshFile.folder, env });
      if ("problem" in read) {
        problems.push(read.problem);
        return "";
      }
      warnings.push(...read.warnings);
      return read.text;
    },
  };
}

async function rfc2136Settings(
  { server, port, tsig }: Rfc2136Writer,
  reader: Reader,
): Promise<Omit<DnsZoneSettings, "zone">> {
  const { name, algorithm } = tsig;
  const text = await reader.secret(tsig.secret, `the secret of the TSIG key ${name}`, ["tsig", "secret"]);
  return { kind: "rfc2136", server, port, tsig: { name, algorithm, secret: new Secret(text) } };
}
