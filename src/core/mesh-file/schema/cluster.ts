import * as z from "zod";
import { address, httpsUrl } from "./addresses.ts";
import { label, line, locality } from "./scalars.ts";
import { textOf } from "./text-form.ts";

const addressesSchema = (description: string) =>
  z.array(textOf(address, "An IP address or host name.")).min(1).meta({ description });

const portSchema = (description: string) => z.int().min(1).max(65_535).meta({ description });

export const clusterSchema = z
  .strictObject({
    name: textOf(
      label,
      "The name that the cluster has everywhere: Istio's clusterName, the remote secrets, the certificates.",
    ),
    network: textOf(
      label,
      "Istio's name for the network of the cluster's pods. Default: the name of the cluster. Clusters with different networks reach each other through their east-west gateways.",
    ).optional(),
    region: textOf(
      locality,
      "The region that the cluster is in, for routes and failover by region. Default: what its nodes' label `topology.kubernetes.io/region` says.",
    ).optional(),
    zone: textOf(
      locality,
      "The zone that the cluster is in. Default: what its nodes' label `topology.kubernetes.io/zone` says.",
    ).optional(),
    context: textOf(
      line,
      "The kubeconfig context by which the cluster is reached. Either this or `rancherId`.",
    ).optional(),
    kubeconfig: textOf(
      line,
      "The kubeconfig file that has the context, relative to the mesh file as every path in it, or in the home folder with `~/`. Default: the files of the `KUBECONFIG` variable, else `~/.kube/config`.",
    ).optional(),
    rancherId: textOf(
      label,
      "The cluster's ID in Rancher, which reaches it through `spec.rancher`. Either this or `context`.",
      { examples: ["c-f7r9g", "c-m-abcdefgh", "local"] },
    ).optional(),
    endpoint: textOf(
      httpsUrl,
      "The address of the cluster's API server that the other clusters use. Default: the one in the kubeconfig.",
    ).optional(),
    endpointSeenFrom: z
      .record(
        z.string(),
        z
          .strictObject({
            server: textOf(httpsUrl, "The address of the API server as that cluster reaches it."),
            tlsServerName: textOf(
              address,
              "The name that the certificate there is for, where it is not for the host of `server`.",
            ).optional(),
          })
          .meta({ description: "Where one cluster reaches the API server." }),
      )
      .meta({
        description:
          "By the name of a cluster, the address of this cluster's API server that it uses, where that is another one than for the others (a tunnel).",
        examples: [{ west: { server: "https://10.20.0.4:16443", tlsServerName: "kubernetes" } }],
      })
      .optional(),
    eastWest: z
      .strictObject({
        addresses: addressesSchema(
          "The addresses at which the other clusters reach the gateway, where NAT or a balancer that Kubernetes knows nothing of stands before it. Default: those in the status of its Service.",
        ).optional(),
        port: portSchema("The port at those addresses. Default: 15443.").optional(),
        service: z
          .strictObject({
            namespace: textOf(label, "The namespace of the Service."),
            name: textOf(label, "The name of the Service."),
          })
          .meta({
            description: "The Service of a gateway that is there already. Default: istio-system/istio-eastwestgateway.",
          })
          .optional(),
        seenFrom: z
          .record(
            z.string(),
            z
              .strictObject({
                addresses: addressesSchema("The addresses at which that cluster reaches the gateway."),
                port: portSchema(
                  "The port at those addresses. Default: `port` beside `seenFrom`, else 15443.",
                ).optional(),
              })
              .meta({ description: "Where one cluster reaches the gateway." }),
          )
          .meta({
            description:
              "By the name of a cluster, where it reaches the gateway when that is another place than for the others.",
            examples: [{ west: { addresses: ["10.20.0.4"] } }],
          })
          .optional(),
      })
      .meta({ description: "The gateway for traffic from the other clusters." })
      .optional(),
  })
  .meta({
    description: "A cluster of the mesh.",
    oneOf: [{ required: ["context"] }, { required: ["rancherId"] }],
  });
