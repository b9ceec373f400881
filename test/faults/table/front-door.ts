import { putServerCertificate } from "../certificate.ts";
import { putExternalDns } from "../external-dns.ts";
import type { Fault } from "../fault.ts";
import { cause, drop } from "../fault.ts";

const host = "secure.mesh.example";

export const frontDoorFaults: readonly Fault[] = [
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
  {
    what: "the external-dns of east writes under an owner of its own",
    inject: async () => putExternalDns("east", { owner: "east" }),
    causes: [cause("east", "ISM452")],
    undo: async () => putExternalDns("east"),
  },
  {
    what: "the external-dns of both clusters delete each other's names",
    inject: async () => {
      await putExternalDns("west", { policy: "sync" });
      await putExternalDns("east", { policy: "sync" });
    },
    causes: [cause("west", "ISM522"), cause("east", "ISM522")],
    undo: async () => {
      await putExternalDns("west");
      await putExternalDns("east");
    },
  },
];
