import type { CertsStatus } from "../status/certs-status.ts";

/** The certificates of a mesh as one JSON document, `kind: CertsStatus`; times in ISO 8601. */
export function certsDocument({ warnings, ...status }: CertsStatus): object {
  const { frontDoors, ...rest } = status;
  return {
    apiVersion: "isthmus.dev/v1alpha1",
    kind: "CertsStatus",
    ...rest,
    frontDoors: frontDoors.map(({ verdict, ...one }) => ({
      ...one,
      ...(verdict === undefined
        ? {}
        : {
            next: {
              action: verdict.action,
              reason: verdict.reason,
              ...(verdict.renewAt === undefined ? {} : { renewAt: new Date(verdict.renewAt).toISOString() }),
            },
          }),
    })),
    warnings,
  };
}
