import type { ExportedPart } from "./exported-part.ts";
import { describeId } from "../model/kube-object.ts";
import { publishedNames } from "../front-door/published-names.ts";
import type { Cluster, Mesh } from "../model/mesh.ts";
import { isMadeInCluster } from "../render/install-methods.ts";
import { revisionOf } from "../render/istio-operator.ts";
import { eastWestGateway, istioNamespace, meshLabel } from "../render/names.ts";
import { serviceNamespaces } from "../render/service-namespaces.ts";
import type { Wave } from "../render/waves.ts";
import { waves } from "../render/waves.ts";
import type { ExportFormat } from "./export-file.ts";
import { describeFleet } from "./readme-fleet.ts";
import { waveFolderName } from "./wave-folders.ts";
import { quoteCommand } from "../quote-command.ts";

/**
 * README.md of an export (Markdown): in which order its folders are applied,
 * what to wait for, and how each Secret is made that was left out.
 */
export function writeReadme(mesh: Mesh, format: ExportFormat, parts: readonly ExportedPart[]): string {
  return [
    `# Mesh ${mesh.name}`,
    `Written by \`isthmus export --format ${format}\`, which replaces these files when it runs again. The mesh file is what people edit. What \`isthmus drain\` has taken out of traffic is known to the clusters only, and is not in these files.`,
    "No file here holds a secret: the Secrets below are not among them and have to be made once.",
    ...(format === "fleet" ? describeFleet(mesh, parts) : describeOrder(mesh, format, parts)),
    ...describeSecrets(mesh, parts),
    ...describeOthers(mesh, parts),
    "",
  ].join("\n\n");
}

/** What a wave's end is waited for with; each line is for `kubectl` of one cluster. */
const waits: Readonly<Partial<Record<Wave, (mesh: Mesh, part: ExportedPart) => readonly string[]>>> = {
  definitions: (mesh, { hasDefinitions }) =>
    hasDefinitions ? [`wait --for=condition=Established crd -l ${meshLabel}=${mesh.name} --timeout=2m`] : [],
  // The webhooks of a control plane that is not ready refuse or skip what comes next.
  "control-plane": (mesh) => [`-n ${istioNamespace} rollout status ${istiodOf(mesh)} --timeout=5m`],
  gateways: () => [
    `-n ${istioNamespace} wait --for=condition=Available deployment --all --timeout=5m`,
    `-n ${istioNamespace} wait --for=jsonpath='{.status.loadBalancer.ingress}' service/${eastWestGateway} --timeout=5m`,
  ],
  services: (mesh) =>
    serviceNamespaces(mesh).map(
      (namespace) => `-n ${namespace} wait --for=condition=Available deployment --all --timeout=5m`,
    ),
};

/** What something in the cluster makes by itself in that wave, and has to be there before it can be waited for. */
function appearsIn(wave: Wave, mesh: Mesh): string | undefined {
  const { install } = mesh.istio;
  if (wave === "control-plane" && isMadeInCluster(install, wave)) {
    return istiodOf(mesh);
  }
  return wave === "gateways" && isMadeInCluster(install, wave) ? `service/${eastWestGateway}` : undefined;
}

/** Its Deployment, which has the revision in its name (istio.io/istio, manifests/charts/istio-control/istio-discovery/templates/deployment.yaml). */
function istiodOf(mesh: Mesh): string {
  const revision = revisionOf(mesh.istio.values);
  return revision === undefined ? "deployment/istiod" : `deployment/istiod-${revision}`;
}

function describeOrder(mesh: Mesh, format: ExportFormat, parts: readonly ExportedPart[]): readonly string[] {
  const steps = waves.flatMap((wave) => {
    const all = parts.map((part) => linesOf(mesh, format, part, wave));
    // A step lasts as long as the slowest cluster does, and not as all of them together.
    const lines = [...all.flatMap((one) => one.apply), ...all.flatMap((one) => one.wait)];
    return lines.length === 0 ? [] : [`### ${waveFolderName(wave)}`, ["```sh", ...lines, "```"].join("\n")];
  });
  return [
    "## In this order",
    "Do each step on every cluster before the next one. Run a step again when it fails half way; it only changes what is missing.",
    ...steps,
    `Once istiod runs, it sets \`failurePolicy: Fail\` in its validating webhook. Applying ${waveFolderName("control-plane")} again then ends with a conflict about that field, which is to stay istiod's; everything else of the folder is applied.`,
  ];
}

/** What a step does in one cluster, and how its end is waited for. */
interface StepLines {
  readonly apply: readonly string[];
  readonly wait: readonly string[];
}

function linesOf(mesh: Mesh, format: ExportFormat, part: ExportedPart, wave: Wave): StepLines {
  const kubectl = `kubectl --context ${contextOf(part.cluster)}`;
  const byHand = remindersOf(part, wave);
  const hasFolder = part.waves.includes(wave);
  if (!hasFolder && part.leftOut.apps.length === 0) {
    return { apply: byHand, wait: [] };
  }
  const made = appearsIn(wave, mesh);
  const place = `${part.folder}/${waveFolderName(wave)}`;
  const apply = hasFolder ? [`${kubectl} apply --server-side ${format === "kustomize" ? "-k" : "-R -f"} ${place}`] : [];
  const appears = made === undefined ? [] : [`until ${kubectl} -n ${istioNamespace} get ${made}; do sleep 5; done`];
  const ends = hasFolder || made !== undefined ? (waits[wave]?.(mesh, part) ?? []) : [];
  return { apply: [...apply, ...byHand], wait: [...appears, ...ends.map((line) => `${kubectl} ${line}`)] };
}

/** Comments in the place of what is made by hand in that wave. */
function remindersOf({ folder, leftOut }: ExportedPart, wave: Wave): readonly string[] {
  const reminders: readonly (readonly [Wave, isNeeded: boolean, reminder: string])[] = [
    ["cacerts", leftOut.cacerts, `# Secret cacerts of ${folder}, see below`],
    [
      "control-plane",
      leftOut.apps.length > 0,
      `# App ${leftOut.apps.map((id) => id.name).join(", ")} of ${folder}, see below`,
    ],
    ["join", leftOut.remotes.length > 0, `# remote secrets for ${folder}, see below`],
  ];
  return reminders.flatMap(([when, isNeeded, reminder]) => (when === wave && isNeeded ? [reminder] : []));
}

function describeSecrets(mesh: Mesh, parts: readonly ExportedPart[]): readonly string[] {
  const withRemotes = parts.filter((part) => part.leftOut.remotes.length > 0);
  const remotes = mesh.clusters.filter((cluster) =>
    withRemotes.some((part) => part.leftOut.remotes.includes(cluster.name)),
  );
  return [
    "## Secrets to make",
    ...parts.filter((part) => part.leftOut.cacerts).flatMap(describeCacerts),
    ...(withRemotes.length === 0 ? [] : describeRemotes(mesh, withRemotes, remotes)),
    ...parts.flatMap((part) =>
      part.leftOut.others.map(
        (id) =>
          `### ${describeId(id)} on ${part.folder}\n\nComes with the manifests of a service; apply it from there.`,
      ),
    ),
  ];
}

/** What is left out and no Secret. */
function describeOthers(mesh: Mesh, parts: readonly ExportedPart[]): readonly string[] {
  const apps = parts.flatMap((part) =>
    part.leftOut.apps.map(
      (id) =>
        `### ${describeId(id)} on ${part.folder}\n\nRancher makes it when it installs the chart: by \`isthmus apply\`, or in Rancher's pages under Apps with the values that \`isthmus render --cluster ${part.folder}\` shows for it.`,
    ),
  );
  const annotations = parts.flatMap((part) =>
    part.leftOut.annotations.map(
      ({ id, name }) =>
        `### Annotation ${name} of ${describeId(id)} on ${part.folder}\n\nThe addresses of the ingress gateways of all clusters, by commas. external-dns publishes them; only running gateways have them.`,
    ),
  );
  const names = publishedNames(mesh).map(({ name }) => name);
  const records =
    names.length === 0
      ? []
      : [
          `### DNS records of ${listed(names)}\n\nThey are no objects of a cluster, and their addresses are those of running gateways. \`isthmus dns sync\` with the same mesh file writes them, \`isthmus dns sync --watch\` keeps them.`,
        ];
  const all = [...apps, ...annotations, ...records];
  return all.length === 0 ? [] : ["## Also left out", ...all];
}

function describeCacerts(part: ExportedPart): readonly string[] {
  const { folder } = part;
  return [
    `### cacerts on ${folder}`,
    `The certificate authority of ${folder}'s istiod: an intermediate of its own under the one root of the mesh. It has to be there before istiod starts, or istiod makes a root for itself. \`isthmus apply\` makes it and leaves what is there alone. With Istio's own tools, in the folder of one root for all clusters:`,
    [
      "```sh",
      `make -f istio/tools/certs/Makefile.selfsigned.mk ${folder}-cacerts`,
      `kubectl --context ${contextOf(part.cluster)} -n ${istioNamespace} create secret generic cacerts \\`,
      `  --from-file=${folder}/ca-cert.pem --from-file=${folder}/ca-key.pem \\`,
      `  --from-file=${folder}/root-cert.pem --from-file=${folder}/cert-chain.pem`,
      "```",
    ].join("\n"),
  ];
}

function describeRemotes(mesh: Mesh, parts: readonly ExportedPart[], remotes: readonly Cluster[]): readonly string[] {
  const heading = `### istio-remote-secret-NAME, of every other cluster, on ${listed(parts.map((part) => part.folder))}`;
  if (mesh.access.credentials === "rancherToken") {
    return [
      heading,
      "Lets the istiod of one cluster read another one, through Rancher's proxy with a token of Rancher's. `isthmus apply` makes them, after the east-west gateways of all clusters have an address.",
    ];
  }
  return [
    heading,
    "Lets the istiod of one cluster read another one. They come after the east-west gateways of all clusters have an address: an istiod that knows a cluster but not the gateway of its network hands out addresses that nobody reaches. They hold tokens; do not commit them. The field manager is isthmus, so that `isthmus apply` may renew them.",
    ...seenElsewhere(parts, remotes),
    [
      "```sh",
      "mkdir -m 700 remote-secrets && cd remote-secrets",
      ...remotes.map(
        (remote) =>
          `istioctl create-remote-secret --context ${contextOf(remote)} --name ${remote.name}${remote.endpoint === undefined ? "" : ` --server ${remote.endpoint}`} > ${remote.name}.yaml`,
      ),
      ...parts.map(
        (part) =>
          `ls | grep -vx ${part.folder}.yaml | xargs -n 1 kubectl --context ${contextOf(part.cluster)} apply --server-side --field-manager isthmus -f`,
      ),
      "cd .. && rm -r remote-secrets",
      "```",
    ].join("\n"),
  ];
}

/** istioctl writes one address for all: what a cluster reaches by a way of its own is to be put in by hand. */
function seenElsewhere(parts: readonly ExportedPart[], remotes: readonly Cluster[]): readonly string[] {
  return remotes.flatMap((remote) =>
    parts.flatMap(({ cluster, folder }) => {
      const seen = cluster === undefined ? undefined : remote.endpointSeenFrom?.[cluster.name];
      const name = seen?.tlsServerName === undefined ? "" : `, with \`tls-server-name: ${seen.tlsServerName}\``;
      return seen === undefined
        ? []
        : [
            `${folder} reaches the API server of ${remote.name} at ${seen.server} (endpointSeenFrom): put that into \`server\` of ${remote.name}.yaml${name} before it is applied there.`,
          ];
    }),
  );
}

/** At most five names; a mesh may have a thousand. */
function listed(names: readonly string[]): string {
  return names.length <= 5 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

/** The kubeconfig context as a word of a shell line; a placeholder where the mesh file names none. */
function contextOf(cluster: Cluster | undefined): string {
  if (cluster?.access.kind === "context") {
    return quoteCommand([cluster.access.context]);
  }
  return cluster === undefined ? "CONTEXT_OF_RANCHER" : `CONTEXT_OF_${cluster.name}`;
}
