import { explainProxyFailure } from "../../kube/diagnose-proxy.ts";
import type { RancherAdvice } from "./rancher-advice.ts";
import type { RancherErrorFields } from "./rancher-error.ts";

/** What the words of a failed connection are about. */
interface Way {
  readonly url: string;
  readonly hostname: string;
  readonly host: string;
  readonly code: string;
  readonly message: string;
}

type Words = Pick<RancherAdvice, "detail" | "fix">;

const refused = ({ url }: Way): Words => ({
  detail: `The connection to Rancher at ${url} was refused.`,
  fix: "See whether Rancher runs, and whether url under spec.rancher has the right port.",
});

const unnamed = ({ url, hostname, code }: Way): Words => ({
  detail: `The name ${hostname} in ${url} ${code === "ENOTFOUND" ? "is not known to DNS" : "could not be resolved: DNS does not answer"}.`,
  fix: "Correct url under spec.rancher, or use the resolver (VPN) that knows the name.",
});

const noWay = ({ url, code }: Way): Words => ({
  detail: `This machine finds no way to Rancher at ${url} (${code}).`,
  fix: "Connect the VPN that Rancher needs, or use an address that this machine can reach.",
});

const noConnection = ({ url, host }: Way): Words => ({
  detail: `No connection to Rancher at ${url} came about in time.`,
  fix: `See whether a firewall between this machine and ${host} lets the port through.`,
});

const noAnswer = ({ url, message }: Way): Words => ({
  detail: `The connection to Rancher at ${url} stands, but no answer came in time (${message}).`,
  fix: "Run the command again. If it stays so, look at the load of Rancher and of the cluster that it runs on.",
});

const broke = ({ url, message }: Way): Words => ({
  detail: `The connection to Rancher at ${url} broke: ${message}.`,
  fix: "Run the command again. If it stays so, look at what stands between this machine and Rancher.",
});

/** By the codes of Node and undici; any other one: it broke. */
const wordsByCode: Readonly<Record<string, (way: Way) => Words>> = {
  ECONNREFUSED: refused,
  ENOTFOUND: unnamed,
  EAI_AGAIN: unnamed,
  EHOSTUNREACH: noWay,
  ENETUNREACH: noWay,
  ENETDOWN: noWay,
  EADDRNOTAVAIL: noWay,
  UND_ERR_CONNECT_TIMEOUT: noConnection,
  ETIMEDOUT: noConnection,
  UND_ERR_HEADERS_TIMEOUT: noAnswer,
  UND_ERR_BODY_TIMEOUT: noAnswer,
};

/** No connection to Rancher, or no answer in time; the proxy's fault where there is one before it. */
export function adviseOnNetwork({ url, code = "", message, proxy }: RancherErrorFields): RancherAdvice {
  const { hostname, host } = new URL(url);
  const ofProxy = proxy === undefined ? undefined : explainProxyFailure(code, message);
  if (proxy !== undefined && ofProxy !== undefined) {
    return {
      code: "ISM283",
      detail: `The way to Rancher at ${url} goes through the proxy ${proxy.url}, which ${proxy.from} names, and ${ofProxy}. Nothing was seen of Rancher.`,
      fix: `Start the proxy, or correct ${proxy.from}. Where Rancher is reached without one, put its host into NO_PROXY:\n    export NO_PROXY="$NO_PROXY,${hostname}"`,
    };
  }
  return { code: "ISM283", ...(wordsByCode[code] ?? broke)({ url, hostname, host, code, message }) };
}
