import * as z from "zod";
import { clusterSchema } from "./cluster.ts";
import { dnsSchema } from "./dns.ts";
import { issuerSchema } from "./front-door.ts";
import { accessSchema, hardeningSchema, istioSchema, trustSchema } from "./platform.ts";
import { rancherSchema } from "./rancher.ts";
import { label } from "./scalars.ts";
import { textOf } from "./text-form.ts";
import { serviceSchema } from "./service.ts";

/**
 * The mesh file as people write it. The one definition: parsing, the JSON
 * schema and `explain` come from it. It says what single values look like;
 * what holds between fields is in rules/.
 */
export const meshSchema = z
  .strictObject({
    apiVersion: z.literal("isthmus.dev/v1alpha1").meta({ description: "The format of the file." }),
    kind: z.literal("Mesh").meta({ description: "What the file describes." }),
    metadata: z
      .strictObject({
        name: textOf(
          label,
          "The name of the mesh and its mesh ID (`values.global.meshID` of Istio). Every object that isthmus owns is labelled with it.",
        ),
      })
      .meta({ description: "What the mesh is called." }),
    spec: z
      .strictObject({
        clusters: z
          .array(clusterSchema)
          .min(1)
          .meta({ description: "The clusters that are one mesh. Each runs its own istiod." }),
        sharedNetworks: z
          .array(textOf(label, "The name of a network that several of the clusters have in common."))
          .meta({
            description:
              "Networks that several clusters share because their pods reach each other directly. Two clusters with one network name are an error unless the name stands here.",
            default: [],
          })
          .optional(),
        istio: istioSchema.optional(),
        rancher: rancherSchema.optional(),
        trust: trustSchema.optional(),
        access: accessSchema.optional(),
        hardening: hardeningSchema.optional(),
        services: z
          .array(serviceSchema)
          .meta({
            description: "The services that the mesh carries between its clusters.",
            default: [],
          })
          .optional(),
        issuers: z
          .array(issuerSchema)
          .meta({
            description: "Who issues the certificates that routes ask for by name.",
            default: [],
          })
          .optional(),
        dns: dnsSchema.optional(),
      })
      .meta({ description: "What the mesh is made of." }),
  })
  .meta({
    title: "Mesh",
    description: "One mesh of Kubernetes clusters with Istio, and the traffic between them.",
  });

/** A mesh file whose single values all have the right shape. */
export type RawMesh = z.infer<typeof meshSchema>;
