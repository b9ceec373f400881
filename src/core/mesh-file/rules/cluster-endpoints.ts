import type { MeshDraft } from "../draft.ts";
import type { Finding } from "../finding.ts";
import { clustersOf } from "../walk-draft.ts";

/**
 * An endpoint is for the istiods of the other clusters. Addresses that lead
 * whoever uses them to itself, or no further than one link, can be none,
 * wherever the clusters run (RFC 1122, 3.2.1.3; RFC 3927; RFC 4291, 2.5).
 */
export function checkClusterEndpoints(draft: MeshDraft): readonly Finding[] {
  const clusters = clustersOf(draft);
  return clusters.length < 2
    ? []
    : clusters.flatMap(({ value, path }): readonly Finding[] => {
        const kind = value.endpoint === undefined ? undefined : kindOf(value.endpoint);
        return kind === undefined
          ? []
          : [
              {
                code: "ISM526",
                path: [...path, "endpoint"],
                detail: `The remote secrets of the other clusters would hold this address, and it is ${kind}: no istiod reaches another cluster by it.`,
                fix: `Write the address of the API server that the other clusters reach, https://<host>:6443${value.context === undefined ? "" : "; the kubeconfig may keep the one that this machine uses"}.`,
              },
            ];
      });
}

/** In words that follow "it is"; undefined for every address that may lead somewhere. URL writes each address in one way. */
function kindOf(endpoint: string): string | undefined {
  const host = URL.canParse(endpoint) ? new URL(endpoint).hostname.replace(/\.$/, "") : "";
  // IPv4 inside of IPv6: the last two groups are the four octets.
  const mapped = /^\[::ffff:([\da-f]+):[\da-f]+\]$/.exec(host)?.[1];
  const upper = mapped === undefined ? undefined : Number.parseInt(mapped, 16);
  if (/^127(?:\.\d+){3}$/.test(host) || host === "[::1]" || host === "localhost" || host.endsWith(".localhost")) {
    return "the loopback address of whoever uses it";
  }
  if (upper !== undefined && upper >> 8 === 127) {
    return "the loopback address of whoever uses it";
  }
  if (host === "0.0.0.0" || host === "[::]" || host === "[::ffff:0:0]") {
    return "no address (the one that stands for none)";
  }
  return /^169\.254(?:\.\d+){2}$/.test(host) || /^\[fe[89ab][\da-f]:/.test(host) || upper === 0xa9fe
    ? "a link-local address, which no router passes on"
    : undefined;
}
