import { newestIstioVersion } from "../mesh-file/istio-version.ts";
import { exampleService } from "./example-service.ts";
import type { InitCluster, InitMesh } from "./init-mesh.ts";
import { remarkText, yamlText } from "./yaml-text.ts";

/**
 * A mesh file for these clusters that teaches: a remark for every section, and
 * what may be added is there already, switched off. A line is a remark when a
 * space follows its #, and switched off when none does: with the # deleted it
 * stands where it belongs, and every block that is switched on leaves the file
 * valid. Same mesh, same bytes; ends with a line break.
 */
export function writeMesh(mesh: InitMesh): string {
  const sections = [
    writeRancher(mesh),
    writeClusters(mesh),
    ...(mesh.install === "existing"
      ? [existingIstio, writeAccess(mesh), policies]
      : [writeIstio(mesh), writeAccess(mesh), trust, hardening]),
  ];
  return [
    `# ${mesh.clusters.length === 1 ? "A mesh of 1 cluster" : `One mesh of ${mesh.clusters.length} clusters`}. See all that is wrong with this file: isthmus validate`,
    "# What a field means: isthmus explain spec.clusters.network",
    "# Lines that begin with # and no space are switched off; delete the # to use them.",
    "apiVersion: isthmus.dev/v1alpha1",
    "kind: Mesh",
    "metadata:",
    "  # The mesh ID. Every object that isthmus owns carries it as a label.",
    `  name: ${yamlText(mesh.name)}`,
    "spec:",
    ...[...sections, exampleService(mesh.clusters)]
      .filter((lines) => lines.length > 0)
      .flatMap((lines, index) => (index === 0 ? lines : ["", ...lines])),
    "",
  ].join("\n");
}

function writeRancher({ rancher }: InitMesh): readonly string[] {
  if (rancher === undefined) {
    return [];
  }
  const { url, token, caFile } = rancher;
  return [
    "  # The Rancher that manages the clusters, and where its token is: a variable or a file, never here.",
    "  rancher:",
    `    url: ${yamlText(url)}`,
    `    token: { ${"env" in token ? `env: ${yamlText(token.env)}` : `file: ${yamlText(token.file)}`} }`,
    ...(caFile === undefined
      ? [
          "    # Where Rancher's certificate is of an authority that this machine does not know.",
          "    #caFile: rancher-ca.pem",
        ]
      : ["    # The authority of Rancher's certificate.", `    caFile: ${yamlText(caFile)}`]),
    "    # A project on every cluster that holds Istio's namespaces, with a quota that they share.",
    "    #project:",
    "      #name: istio",
    "      #description: Istio and its gateways",
    '      #quota: { limitsCpu: "8", limitsMemory: 16Gi }',
    "      #containerDefaults: { requestsCpu: 10m, requestsMemory: 64Mi, limitsCpu: 200m, limitsMemory: 256Mi }",
  ];
}

function writeClusters({ clusters, sharedNetworks = [] }: InitMesh): readonly string[] {
  const [first] = clusters;
  return [
    "  # The clusters that are one mesh; each runs an istiod of its own. The name is the cluster's everywhere in Istio.",
    "  clusters:",
    ...clusters.flatMap((cluster) => writeCluster(cluster, cluster === first)),
    "",
    "  # Networks that several clusters have in common because their pods reach each other without a gateway.",
    sharedNetworks.length === 0
      ? `  #sharedNetworks: [${yamlText(first?.network ?? first?.name ?? "")}]`
      : `  sharedNetworks: [${sharedNetworks.map(yamlText).join(", ")}]`,
  ];
}

function writeCluster(
  { name, network = name, access, eastWest, remarks }: InitCluster,
  first: boolean,
): readonly string[] {
  const explain = (text: string): readonly string[] => (first ? [`      # ${text}`] : []);
  return [
    ...remarks.map((one) => `    # ${remarkText(one)}`),
    `    - name: ${yamlText(name)}`,
    ...explain("Istio's name for the network of its pods. Different networks meet at the east-west gateways."),
    `      network: ${yamlText(network)}`,
    ...(access.kind === "context"
      ? [
          ...explain("The kubeconfig context that isthmus uses."),
          `      context: ${yamlText(access.context)}`,
          ...(access.kubeconfig === undefined ? [] : [`      kubeconfig: ${yamlText(access.kubeconfig)}`]),
        ]
      : [...explain("Its ID in Rancher."), `      rancherId: ${yamlText(access.rancherId)}`]),
    ...(eastWest === undefined
      ? []
      : [
          "      # The gateway that is there for the other clusters.",
          `      eastWest: { service: { namespace: ${yamlText(eastWest.namespace)}, name: ${yamlText(eastWest.name)} } }`,
        ]),
    ...explain("Where it is, if its nodes' labels do not say so."),
    ...(first ? ["      #region: eu-west"] : []),
    ...explain("The address of its API server for the other clusters, if it is another than yours."),
    ...(first ? ["      #endpoint: https://203.0.113.10:6443"] : []),
  ];
}

function writeIstio({ istioRemarks }: InitMesh): readonly string[] {
  return [
    "  # Istio itself, the same on every cluster.",
    "  istio:",
    ...istioRemarks.map((one) => `    # ${remarkText(one)}`),
    `    version: ${newestIstioVersion}`,
    "    # demo is small and shows much; default is meant for production.",
    "    #profile: default",
    "    # A mirror of Istio's images.",
    "    #hub: registry.example.org/istio",
    "    # Nodes that run what is in istio-system.",
    "    #nodeSelector: { role: ingress }",
    "    # What containers in istio-system get that ask for nothing.",
    "    #containerDefaults: { requestsCpu: 10m, requestsMemory: 64Mi, limitsCpu: 500m, limitsMemory: 512Mi }",
    "    # Any other value of Istio's charts; merged last.",
    "    #values:",
    "      #meshConfig:",
    "        #accessLogFile: /dev/stdout",
  ];
}

function writeAccess({ credentials }: InitMesh): readonly string[] {
  return credentials === undefined
    ? []
    : [
        "  # What the istiods read each other's clusters with.",
        "  access:",
        ...credentials.remarks.map((one) => `    # ${remarkText(one)}`),
        `    credentials: ${credentials.kind}`,
      ];
}

const trust: readonly string[] = [
  "  # Your own root instead of one that isthmus makes and keeps; how long each cluster's intermediate is valid.",
  "  #trust:",
  "    #root: { certFile: root-cert.pem, keyFile: root-key.pem }",
  "    #intermediates: { validity: 730d, keyType: ecdsa-p256 }",
];

const existingIstio: readonly string[] = [
  "  # Istio itself: somebody else installs it, and isthmus joins and routes.",
  "  istio:",
  "    install: existing",
];

const policies: readonly string[] = [
  "  # The network policies that the mesh and its services need.",
  "  #hardening:",
  "    #networkPolicies: true",
];

const hardening: readonly string[] = [
  "  # Pod security standards, and the network policies that the mesh and its services need.",
  "  #hardening:",
  "    #podSecurity: restricted",
  "    #networkPolicies: true",
];
