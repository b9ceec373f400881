import { errorOf } from "../../core/diagnostics/coded.ts";
import { exitCodes } from "../../core/diagnostics/exit-codes.ts";
import { UserError } from "../../core/diagnostics/user-error.ts";
import { dnsName } from "../../core/front-door/dns-records.ts";
import { tsigAlgorithms, type TsigAlgorithm } from "../../core/front-door/tsig-algorithms.ts";
import type { Secret } from "../../core/secret.ts";
import { designateZone } from "./designate/designate-zone.ts";
import type { OpenStackAccess } from "./designate/openstack-access.ts";
import type { DnsZone } from "./dns-provider.ts";
import { rfc2136Zone } from "./rfc2136/rfc2136-zone.ts";
import type { TsigKey } from "./rfc2136/tsig.ts";

/** A zone and what writes it, as the mesh file names them, with the secrets read. */
export type DnsZoneSettings =
  | {
      readonly kind: "rfc2136";
      readonly zone: string;
      /** The address or the name of the server that the zone is written at. */
      readonly server: string;
      readonly port: number;
      readonly tsig?: TsigSettings;
    }
  | ({ readonly kind: "designate"; readonly zone: string } & OpenStackAccess);

export interface TsigSettings {
  readonly name: string;
  readonly algorithm: string;
  /** In base64, or the text of a key file as `tsig-keygen` and `keymgr -t` write it. */
  readonly secret: Secret;
}

/** A zone ready to be asked; nothing is sent yet. A UserError (ISM632) for a key that no server can have. */
export function openDnsZone(settings: DnsZoneSettings): DnsZone {
  if (settings.kind === "designate") {
    return designateZone({ ...settings, zone: dnsName(settings.zone) });
  }
  const { zone, server, port, tsig } = settings;
  return rfc2136Zone({
    zone: dnsName(zone),
    server,
    port,
    ...(tsig === undefined ? {} : { key: keyOf(tsig) }),
  });
}

function keyOf(tsig: TsigSettings): TsigKey {
  const algorithm = dnsName(tsig.algorithm);
  if (!isAlgorithm(algorithm)) {
    throw badKey(
      `The key ${tsig.name} has the algorithm ${tsig.algorithm}, which isthmus does not sign with`,
      `Use one of ${tsigAlgorithms.join(", ")}.`,
    );
  }
  const text = tsig.secret.expose().trim();
  const file = readKeyFile(text);
  const named = file.name !== undefined && dnsName(file.name) !== dnsName(tsig.name);
  if (named || (file.algorithm !== undefined && dnsName(file.algorithm) !== algorithm)) {
    throw badKey(
      `The secret of the key ${tsig.name} (${algorithm}) is in the file of a key ${file.name ?? ""} (${file.algorithm ?? algorithm})`,
      "Write the name and the algorithm that the key file has.",
    );
  }
  const secret = file.secret ?? text;
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(secret) || secret.replace(/=+$/, "").length % 4 === 1) {
    throw badKey(
      `The secret of the key ${tsig.name} is neither base64 nor a key file`,
      "Give the secret as tsig-keygen prints it between the quotes, or that output as a whole.",
    );
  }
  return { name: dnsName(tsig.name), algorithm, secret: Buffer.from(secret, "base64") };
}

interface KeyFile {
  readonly name?: string;
  readonly algorithm?: string;
  readonly secret?: string;
}

/** `key "name" { algorithm hmac-sha256; secret "…"; };` of BIND, or the same fields of Knot's `key:` list. */
function readKeyFile(text: string): KeyFile {
  const secret = /\bsecret:?\s+"?([A-Za-z0-9+/=]+)"?/.exec(text)?.[1];
  const name = /\b(?:key|id:)\s+"?([^\s"{]+)"?/.exec(text)?.[1];
  const algorithm = /\balgorithm:?\s+"?([A-Za-z0-9-]+)"?/.exec(text)?.[1];
  return secret === undefined
    ? {}
    : { secret, ...(name === undefined ? {} : { name }), ...(algorithm === undefined ? {} : { algorithm }) };
}

function isAlgorithm(text: string): text is TsigAlgorithm {
  return tsigAlgorithms.some((one) => one === text);
}

function badKey(what: string, fix: string): UserError {
  return new UserError([{ ...errorOf("ISM632"), detail: `${what}.`, fix }], exitCodes.failed);
}
