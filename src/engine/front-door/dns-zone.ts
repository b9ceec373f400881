import type { Diagnostic } from "../../core/diagnostics/diagnostic.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { dnsName } from "../../core/front-door/dns-records.ts";
import type { DnsWriter } from "../../core/model/dns.ts";
import { Secret } from "../../core/secret.ts";
import type { DnsZone } from "../../providers/dns/dns-provider.ts";
import type { DnsZoneSettings } from "../../providers/dns/open-dns-zone.ts";
import { openDnsZone } from "../../providers/dns/open-dns-zone.ts";
import type { MeshFile } from "../mesh-file.ts";
import type { AccessOptions } from "../options.ts";
import { designateAccess, type ReadProviderSecret } from "./designate-settings.ts";
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
  if (dns === undefined || writer === undefined) {
    return undefined;
  }
  const reader = createReader(meshFile, env, ["spec", "dns", "provider", dns.provider.name]);
  const zone = dnsName(dns.zone);
  const settings = await settingsOf(zone, writer, { meshFile, env, reader });
  if (reader.problems.length > 0) {
    throw new UserError(reader.problems, exitCodes.invalidMeshFile);
  }
  return { zone: openDnsZone(settings), warnings: reader.warnings };
}

interface Reader {
  readonly problems: Diagnostic[];
  readonly warnings: Diagnostic[];
  /** An empty secret where there is a problem, which is thrown before anything uses it. */
  readonly secret: ReadProviderSecret;
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

async function settingsOf(
  zone: string,
  writer: DnsWriter,
  {
    meshFile,
    env,
    reader,
  }: { readonly meshFile: MeshFile; readonly env: AccessOptions["env"]; readonly reader: Reader },
): Promise<DnsZoneSettings> {
  if (writer.kind === "designate") {
    const place = { meshFile, env, problems: reader.problems };
    return { kind: "designate", zone, ...(await designateAccess(writer, reader.secret, place)) };
  }
  const { server, port } = writer;
  const { name, algorithm } = writer.tsig;
  const text = await reader.secret(writer.tsig.secret, `the secret of the TSIG key ${name}`, ["tsig", "secret"]);
  return { kind: "rfc2136", zone, server, port, tsig: { name, algorithm, secret: new Secret(text) } };
}
