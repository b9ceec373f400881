import * as z from "zod";
import { newestIstioVersion } from "../istio-version.ts";
import { fieldDefaults } from "../field-defaults.ts";
import { imageHub } from "./addresses.ts";
import { duration, istioVersion, label, labelValue, line, quantityOf, validity } from "./scalars.ts";
import { textOf } from "./text-form.ts";

export const containerDefaultsSchema = z
  .strictObject({
    limitsCpu: quantityOf("CPU limit of containers that have none.").optional(),
    limitsMemory: quantityOf("Memory limit of containers that have none.").optional(),
    requestsCpu: quantityOf("CPU request of containers that have none.").optional(),
    requestsMemory: quantityOf("Memory request of containers that have none.").optional(),
  })
  .meta({ description: "What containers get that say nothing about it themselves." });

export const istioSchema = z
  .strictObject({
    version: textOf(istioVersion, "The Istio release of every cluster.", {
      default: newestIstioVersion,
    }).optional(),
    install: z
      .enum(["istioctl", "operator", "helm", "rancher", "existing"])
      .meta({
        description:
          "How Istio gets into the clusters: `istioctl` renders its manifests and isthmus applies them, `operator` is Istio's in-cluster operator (before Istio 1.24 only), `helm` its charts, `rancher` Rancher's catalog app. `existing`: somebody else installs Istio, and isthmus joins and routes only.",
        default: fieldDefaults.install,
      })
      .optional(),
    profile: textOf(label, "The configuration profile of Istio to start from.", {
      default: fieldDefaults.profile,
    }).optional(),
    hub: textOf(
      imageHub,
      "The image registry and path that Istio's images come from. Default: Istio's own for the version.",
      { examples: ["docker.io/istio"] },
    ).optional(),
    nodeSelector: z
      .record(z.string(), textOf(labelValue, "The value of the label."))
      .meta({
        description: "Labels of the nodes that run what is in the namespace istio-system.",
      })
      .optional(),
    containerDefaults: containerDefaultsSchema
      .meta({ description: "Written as a LimitRange in the namespace istio-system." })
      .optional(),
    values: z
      .record(z.string(), z.unknown())
      .meta({
        description:
          "Values of Istio's installation, merged last over everything that isthmus sets. Mesh ID, cluster name and network are not among them. With `install: helm` a gateway gets `global` and what stands under `gateways.<its name>`, in the form of the gateway chart.",
      })
      .optional(),
  })
  .meta({ description: "Istio itself: which, from where and how." });

export const trustSchema = z
  .strictObject({
    root: z
      .strictObject({
        certFile: textOf(
          line,
          "The root certificate in PEM, relative to the mesh file. May hold several while a root is being replaced: all are trusted, and the one that `keyFile` belongs to signs. Needs `keyFile`.",
        ).optional(),
        keyFile: textOf(
          line,
          "The private key of the root in PEM, relative to the mesh file. Needs `certFile`.",
        ).optional(),
        secretRef: z
          .strictObject({
            cluster: textOf(label, "The cluster that has the Secret, by its name in `spec.clusters`."),
            namespace: textOf(label, "The namespace of the Secret."),
            name: textOf(label, "The name of the Secret."),
          })
          .meta({
            description: "A Secret with the root certificate and its key, in a cluster of the mesh.",
          })
          .optional(),
      })
      .meta({
        description:
          "Brings your own root: files, or a Secret. Default: a root that isthmus makes and keeps in its data folder.",
        oneOf: [{ required: ["certFile", "keyFile"] }, { required: ["secretRef"] }],
      })
      .optional(),
    intermediates: z
      .strictObject({
        validity: textOf(validity, "How long an intermediate certificate is valid.", {
          default: fieldDefaults.validity,
        }).optional(),
        keyType: z
          .enum(["ecdsa-p256", "rsa-2048", "rsa-4096"])
          .meta({
            description: "The kind of key that intermediates get.",
            default: fieldDefaults.keyType,
          })
          .optional(),
      })
      .meta({ description: "The CA certificates of the clusters, one for each." })
      .optional(),
  })
  .meta({ description: "The root that all clusters trust, and what is signed by it." });

export const accessSchema = z
  .strictObject({
    credentials: z
      .enum(["serviceAccount", "rancherToken"])
      .meta({
        description:
          "What the istiods use to read each other's clusters: a service account with the rights of istio-reader, or a Rancher token.",
        default: fieldDefaults.credentials,
      })
      .optional(),
    rotateBefore: textOf(duration, "How long before their end credentials are renewed.", {
      default: fieldDefaults.rotateBefore,
    }).optional(),
  })
  .meta({ description: "How clusters get access to each other." });

export const hardeningSchema = z
  .strictObject({
    podSecurity: z
      .enum(["privileged", "baseline", "restricted"])
      .meta({
        description:
          "The pod security standard of the namespaces. `restricted` turns istio-cni on where the Istio version has it.",
      })
      .optional(),
    networkPolicies: z
      .union([
        z.boolean(),
        z.strictObject({
          mode: z.enum(["strict", "runbook"]).meta({
            description:
              "`strict` admits the mesh's own connections and nothing else: peers by label and address, the pods' own ports. `runbook` opens the same ports to everybody.",
          }),
        }),
      ])
      .meta({
        description:
          "Whether the NetworkPolicies that the mesh and each service need are rendered; true is the same as `{ mode: strict }`.",
        default: false,
      })
      .optional(),
  })
  .meta({ description: "Pod security and network policies." });
