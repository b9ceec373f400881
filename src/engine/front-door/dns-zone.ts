import type { Diagnostic, SourceRange } from "../../core/diagnostics/diagnostic.ts";
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
  const source = sourceOf(meshFile, writer, dns.provider.name);
  try {
    return { zone: namingItsSecret(openDnsZone(settings), source), warnings: reader.warnings };
  } catch (error) {
    throw withSource(error, source);
  }
}

/** Where the secret comes from, and where the mesh file says so. */
interface Source {
  readonly words: string;
  readonly range: SourceRange;
}

function sourceOf({ locate }: MeshFile, writer: DnsWriter, provider: string): Source {
  const at = ["spec", "dns", "provider", provider];
  const [place, field] =
    writer.kind === "rfc2136"
      ? [writer.tsig.secret, ["tsig", "secret"]]
      : writer.credential.kind === "user"
        ? [writer.credential.password, ["user", "password"]]
        : [writer.credential.secret, ["applicationCredential", "secret"]];
  const words = "env" in place ? `the environment variable ${place.env}` : `the file ${place.file}`;
  return { words, range: locate([...at, ...field]) };
}

/** The zone, which says of credentials that are refused where they come from. */
function namingItsSecret(zone: DnsZone, source: Source): DnsZone {
  const told = async <Result>(work: Promise<Result>): Promise<Result> => {
    try {
      return await work;
    } catch (error) {
      throw withSource(error, source);
    }
  };
  const { name, where, consistency } = zone;
  return {
    name,
    where,
    consistency,
    probe: async (signal) => told(zone.probe(signal)),
    read: async (questions, signal) => told(zone.read(questions, signal)),
    update: async (update, signal) => told(zone.update(update, signal)),
  };
}

function withSource(error: unknown, { words, range }: Source): unknown {
  if (!(error instanceof UserError) || error.diagnostics.every(({ code }) => code !== "ISM632")) {
    return error;
  }
  const diagnostics = error.diagnostics.map((one) =>
    one.code === "ISM632" ? { ...one, detail: `${one.detail} Its secret was read from ${words}.`, range } : one,
  );
  return new UserError(diagnostics, error.exitCode, { cause: error });
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
