import * as z from "zod";
import { failoverSchema } from "./failover.ts";
import { routeSchema } from "./route.ts";
import { label, labelValue, line } from "./scalars.ts";
import { sessionsSchema } from "./sessions.ts";
import { textOf } from "./text-form.ts";

const versionSchema = z
  .strictObject({
    clusters: z
      .array(textOf(label, "The name of a cluster."))
      .meta({ description: "The clusters that run the version." }),
    labels: z
      .record(z.string(), textOf(labelValue, "The value of the label."))
      .meta({
        description: "The labels that select the version's pods. Default: `version: <name>`.",
      })
      .optional(),
  })
  .meta({ description: "A version of the service." });

export const serviceSchema = z
  .strictObject({
    name: textOf(label, "The name of the Kubernetes Service, the same on every cluster."),
    namespace: textOf(label, "The namespace of the service, the same on every cluster."),
    port: z.int().min(1).max(65_535).meta({ description: "The port of the Service that routes send requests to." }),
    manifests: textOf(
      line,
      "A file, folder or kustomization with the service's objects, relative to the mesh file; isthmus deploys them. What makes pods with the labels of a version, or has these labels itself and makes none, goes to the clusters that run it, the rest to every cluster. Default: the service is deployed by other means.",
    ).optional(),
    versions: z
      .record(z.string(), versionSchema)
      .meta({
        description: "The versions of the service by name.",
        default: {},
        examples: [{ v1: { clusters: ["west"] } }],
      })
      .optional(),
    routes: z.array(routeSchema).meta({ description: "The ways from outside to the service.", default: [] }).optional(),
    failover: failoverSchema.optional(),
    sessions: sessionsSchema.optional(),
    export: z
      .boolean()
      .meta({
        description:
          "Whether other clusters may use the service. false keeps it in its cluster: proxies have the endpoints of their own cluster only.",
        default: true,
      })
      .optional(),
  })
  .meta({ description: "A service of the mesh." });
