import type { OwnIssuer } from "../model/mesh.ts";
import { readDuration } from "./duration.ts";
import { fieldDefaults } from "./field-defaults.ts";
import type { RawMesh } from "./schema/mesh.ts";

type RawIssuer = NonNullable<RawMesh["spec"]["issuers"]>[number];

/** An issuer of isthmus' own with every default filled in. */
export function fillOwnIssuer(raw: NonNullable<RawIssuer["isthmus"]>): OwnIssuer {
  const { server, email, caFile, profile, keyType = fieldDefaults.keyType, reuseKey = false } = raw;
  const { renewBefore, externalAccount } = raw;
  return {
    server,
    keyType,
    reuseKey,
    ...(email === undefined ? {} : { email }),
    ...(caFile === undefined ? {} : { caFile }),
    ...(profile === undefined ? {} : { profile }),
    // The schema has let durations through only.
    ...(renewBefore === undefined ? {} : { renewBeforeSeconds: readDuration(renewBefore) ?? 0 }),
    ...(externalAccount === undefined
      ? {}
      : {
          externalAccount: {
            keyId: externalAccount.keyId,
            hmacKey:
              externalAccount.hmacKey.env === undefined
                ? { file: externalAccount.hmacKey.file ?? "" }
                : { env: externalAccount.hmacKey.env },
          },
        }),
  };
}
