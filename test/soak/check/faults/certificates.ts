import { putServerCertificate } from "../certificate.ts";
import type { Fault } from "../fault.ts";
import { cause, drop } from "../fault.ts";

const host = "secure.mesh.example";

export const certificateFaults: readonly Fault[] = [
  {
    what: "the ingress of east has no certificate for an HTTPS route",
    inject: async () => drop("east", "istio-system", "secret/secure-mesh-example"),
    causes: [cause("east", "ISM450")],
    undo: async () => putServerCertificate("east", { host }),
  },
  {
    what: "the certificate of an HTTPS route has ended in west",
    inject: async () => putServerCertificate("west", { host, ends: new Date(Date.now() - 86_400_000) }),
    causes: [cause("west", "ISM450")],
    undo: async () => putServerCertificate("west", { host }),
  },
  {
    what: "the certificate of an HTTPS route is for another host in east",
    inject: async () => putServerCertificate("east", { host: "other.mesh.example" }),
    causes: [cause("east", "ISM494")],
    undo: async () => putServerCertificate("east", { host }),
  },
  {
    what: "the key of an HTTPS route does not belong to its certificate in west",
    inject: async () => putServerCertificate("west", { host, keyOfAnother: true }),
    causes: [cause("west", "ISM494")],
    undo: async () => putServerCertificate("west", { host }),
  },
];
