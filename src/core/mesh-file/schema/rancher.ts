import * as z from "zod";
import { containerDefaultsSchema } from "./platform.ts";
import { httpsUrl } from "./addresses.ts";
import { environmentName, label, line, quantityOf } from "./scalars.ts";
import { textOf } from "./text-form.ts";

/** Rancher's own names (ResourceQuotaLimit of management.cattle.io/v3). */
const quotaSchema = z.strictObject({
  pods: quantityOf("Number of pods.").optional(),
  services: quantityOf("Number of services.").optional(),
  replicationControllers: quantityOf("Number of replication controllers.").optional(),
  secrets: quantityOf("Number of secrets.").optional(),
  configMaps: quantityOf("Number of config maps.").optional(),
  persistentVolumeClaims: quantityOf("Number of persistent volume claims.").optional(),
  servicesNodePorts: quantityOf("Number of node ports.").optional(),
  servicesLoadBalancers: quantityOf("Number of load balancers.").optional(),
  requestsCpu: quantityOf("Sum of CPU requests.").optional(),
  requestsMemory: quantityOf("Sum of memory requests.").optional(),
  requestsStorage: quantityOf("Sum of storage requests.").optional(),
  limitsCpu: quantityOf("Sum of CPU limits.").optional(),
  limitsMemory: quantityOf("Sum of memory limits.").optional(),
});

export const rancherSchema = z
  .strictObject({
    url: textOf(httpsUrl, "The address of Rancher."),
    token: z
      .strictObject({
        env: textOf(environmentName, "The name of the environment variable that holds the token.").optional(),
        file: textOf(line, "The file that holds the token, relative to the mesh file.").optional(),
      })
      .meta({
        description: "Where the token of Rancher's API is; never the token itself.",
        oneOf: [{ required: ["env"] }, { required: ["file"] }],
      }),
    caFile: textOf(
      line,
      "The certificate of the authority that signed Rancher's certificate, relative to the mesh file. Default: the authorities of the system.",
    ).optional(),
    project: z
      .strictObject({
        name: textOf(label, "The name of the project."),
        description: textOf(line, "What the project is for.").optional(),
        quota: quotaSchema
          .meta({ description: "The project's resource quota, which its namespaces share." })
          .optional(),
        containerDefaults: containerDefaultsSchema
          .meta({ description: "The project's default limits of containers." })
          .optional(),
      })
      .meta({ description: "A Rancher project on every cluster that holds Istio's namespaces." })
      .optional(),
  })
  .meta({ description: "The Rancher that manages the clusters." });
