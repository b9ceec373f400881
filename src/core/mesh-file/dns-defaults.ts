import type {
  DesignateWriter,
  DnsSettings,
  DnsWriter,
  HealthChecks,
  Rfc2136Writer,
  SecretPlace,
} from "../model/dns.ts";
import type { Json } from "../model/kube-object.ts";
import { readDuration } from "./duration.ts";
import { fieldDefaults } from "./field-defaults.ts";
import type { RawMesh } from "./schema/mesh.ts";

type RawDns = NonNullable<RawMesh["spec"]["dns"]>;

/** `spec.dns` with its defaults. A provider's settings that are not whole are those of external-dns: isthmus then writes nothing through it. */
export function fillDns({ zone, provider, ttl, healthChecks }: RawDns): DnsSettings {
  const [name = "", settings = {}] = Object.entries(provider)[0] ?? [];
  const writer = fillRfc2136(provider.rfc2136) ?? fillDesignate(provider.designate);
  return {
    zone,
    provider: { name, settings: settings as Json, ...(writer === undefined ? {} : { writer }) },
    ...(ttl === undefined ? {} : { ttlSeconds: readDuration(ttl) ?? 0 }),
    ...(healthChecks === undefined ? {} : { healthChecks: fillHealthChecks(healthChecks) }),
  };
}

function fillRfc2136(raw: RawDns["provider"]["rfc2136"]): Rfc2136Writer | undefined {
  if (raw?.server === undefined || raw.tsig === undefined) {
    return undefined;
  }
  const { name, algorithm = fieldDefaults.dns.algorithm, secret } = raw.tsig;
  return {
    kind: "rfc2136",
    server: raw.server,
    port: raw.port ?? fieldDefaults.dns.port,
    tsig: { name, algorithm, secret: placeOf(secret) },
  };
}

function fillDesignate(raw: RawDns["provider"]["designate"]): DnsWriter | undefined {
  const credential = raw === undefined ? undefined : fillCredential(raw);
  return raw?.authUrl === undefined || credential === undefined
    ? undefined
    : {
        kind: "designate",
        authUrl: raw.authUrl,
        ...(raw.region === undefined ? {} : { region: raw.region }),
        ...(raw.caFile === undefined ? {} : { caFile: raw.caFile }),
        credential,
      };
}

function fillCredential({
  applicationCredential,
  user,
}: NonNullable<RawDns["provider"]["designate"]>): DesignateWriter["credential"] | undefined {
  if (applicationCredential !== undefined) {
    const { id, secret } = applicationCredential;
    return { kind: "applicationCredential", id, secret: placeOf(secret) };
  }
  if (user === undefined) {
    return undefined;
  }
  const { name, domain = fieldDefaults.dns.userDomain, project, projectDomain = domain, password } = user;
  return { kind: "user", name, domain, project, projectDomain, password: placeOf(password) };
}

function fillHealthChecks(raw: NonNullable<RawDns["healthChecks"]>): HealthChecks {
  const { healthChecks } = fieldDefaults.dns;
  return {
    intervalSeconds: readDuration(raw.interval ?? healthChecks.interval) ?? 0,
    timeoutSeconds: readDuration(raw.timeout ?? healthChecks.timeout) ?? 0,
    failures: raw.failures ?? healthChecks.failures,
    successes: raw.successes ?? healthChecks.successes,
  };
}

/** A rule has made sure that it is exactly one of them. */
function placeOf({
  env,
  file,
}: {
  readonly env?: string | undefined;
  readonly file?: string | undefined;
}): SecretPlace {
  return env === undefined ? { file: file ?? "" } : { env };
}
