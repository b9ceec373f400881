import type { ControlPlane } from "../model/installed-istio.ts";
import { defaultRevision } from "../model/installed-istio.ts";
import type { Json } from "../model/kube-object.ts";
import { writeYaml } from "../model/object-yaml.ts";
import { kubectlLine } from "../kubectl-line.ts";
import { quoteCommand } from "../quote-command.ts";

type Values = { readonly [key: string]: Json };

/**
 * The change of Helm values that an installation needs, for the tool that made
 * it: values of the istiod chart, or an IstioOperator to merge into the one that
 * istioctl was given (https://istio.io/latest/docs/setup/install/multicluster/multi-primary_multi-network/).
 * Ends without a line break; every line of YAML is indented.
 */
export function installationPatch(plane: ControlPlane, context: string, values: Values): string {
  const restart = `${kubectlLine(context)} -n ${plane.namespace} rollout restart deployment`;
  return [
    ...changeFor(plane, context, values),
    "then start gateways and workloads again, which carry the values too:",
    `    ${restart}`,
  ].join("\n");
}

function changeFor(plane: ControlPlane, context: string, values: Values): string[] {
  const { tool, release, revision } = plane;
  if (tool === "istioctl") {
    const operator = { apiVersion: "install.istio.io/v1alpha1", kind: "IstioOperator", spec: { values } };
    const named = revision === defaultRevision ? "" : ` --set revision=${revision}`;
    return [
      "Merge this into the IstioOperator that istioctl was given, FILE:",
      indented(writeYaml(operator)),
      "install again:",
      `    istioctl install --context ${quoteCommand([context])}${named} -f FILE`,
    ];
  }
  if (tool === "helm" && release !== undefined) {
    return [
      "Give Helm these values, as FILE:",
      indented(writeYaml(values)),
      "upgrade the release:",
      `    helm upgrade ${release.name} istio/istiod ${atVersion(plane)} --kube-context ${quoteCommand([context])} -n ${release.namespace} --reuse-values -f FILE`,
    ];
  }
  return ["Give these values to the istiod chart, by whatever installs it:", indented(writeYaml(values))];
}

/**
 * Without a version Helm takes the newest chart of the repository, and would
 * upgrade what runs. Istio's charts have the version of their release.
 */
export function atVersion({ version }: Pick<ControlPlane, "version">): string {
  return `--version ${version === "" ? "VERSION_THAT_IS_INSTALLED" : version}`;
}

/** Text as a block of a fix. */
export function indented(text: string): string {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => `    ${line}`)
    .join("\n");
}
