/** The part of Envoy's `/config_dump` that holds the certificates and keys in use (envoy/admin/v3/config_dump.proto). */
const secretsDump = /\.SecretsConfigDump$/;

/** Fields that hold a key or a password in any of Envoy's messages. */
const secretFields: ReadonlySet<string> = new Set([
  "private_key",
  "private_key_provider",
  "password",
  "session_ticket_keys",
  "pkcs12",
  "token_secret",
  "hmac_secret",
]);

/** Envoy's `/config_dump` without its secrets: the dump of secrets is left out whole, and so is every key and password elsewhere. */
export function stripConfigDump(dump: unknown): unknown {
  if (Array.isArray(dump)) {
    return dump.filter((item) => !isSecretsDump(item)).map(stripConfigDump);
  }
  if (typeof dump !== "object" || dump === null) {
    return dump;
  }
  return Object.fromEntries(
    Object.entries(dump).map(([key, value]) => [key, secretFields.has(key) ? "<redacted>" : stripConfigDump(value)]),
  );
}

function isSecretsDump(item: unknown): boolean {
  const type = (item as Readonly<Record<string, unknown>> | null)?.["@type"];
  return typeof type === "string" && secretsDump.test(type);
}
