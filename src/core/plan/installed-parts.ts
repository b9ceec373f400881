import type { InstalledIstio } from "../model/installed-istio.ts";

/** What of an Istio that somebody else has installed no apply touches, each by kind and name; sorted as istiods, then gateways. */
export function installedParts({ controlPlanes, gateways }: InstalledIstio): readonly string[] {
  return [
    ...controlPlanes
      .filter(({ own }) => !own)
      .map(({ namespace, name, version, tool }) => {
        const words = [
          version === "" ? "Istio" : `Istio ${version}`,
          ...(tool === "unknown" ? [] : [`installed by ${tool}`]),
        ];
        return `Deployment ${namespace}/${name} (${words.join(", ")})`;
      }),
    ...gateways.map(
      ({ namespace, name, network }) =>
        `Service ${namespace}/${name}${network === undefined ? "" : ` (gateway of network ${network})`}`,
    ),
  ];
}
