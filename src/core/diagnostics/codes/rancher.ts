import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM281-ISM299: Rancher's own API, and clusters that are reached through it. */
export const rancherCodes = {
  ISM281: {
    summary: "Rancher's token cannot be read",
    explanation:
      "`spec.rancher.token` names an environment variable or a file, and the token of Rancher's API is not there or is something else. Rancher's API keys are a name and a secret with a colon between them (`token-abcde:…`, `ext/token-abcde:…`, or `kubeconfig-…:…`); the dashboard shows the whole of it once, as Bearer Token, under Account & API Keys.",
  },
  ISM282: {
    summary: "Rancher's CA file cannot be used",
    explanation:
      "`spec.rancher.caFile` is missing, unreadable, or holds no certificate in PEM. A Rancher that signs for itself serves its authority at `https://<rancher>/v3/settings/cacerts`; compare it with one that you have from a trusted place before you use it.",
  },
  ISM283: {
    summary: "Rancher cannot be reached",
    explanation:
      "No connection to the address in `spec.rancher.url`, or no answer in time: a wrong host or port, a VPN that is not connected, a name that DNS does not know, a firewall, or a Rancher that is down. The detail says which.",
  },
  ISM284: {
    summary: "Rancher's certificate is not trusted",
    explanation:
      "The server at `spec.rancher.url` presents a certificate that is of another authority, for another name, or not valid now. Nothing was sent to it. `spec.rancher.caFile` names the authority where Rancher has its own; without it those of the system count. Turning verification off would hand the token to whoever answers.",
  },
  ISM285: {
    summary: "No Rancher answers there",
    explanation:
      "The address answers, but not as Rancher's API does: a login page, a redirect, another web server, or a page of a proxy. `spec.rancher.url` is the address of Rancher itself, as in the browser without `/dashboard`.",
  },
  ISM286: {
    summary: "Rancher refuses the token",
    explanation:
      "Rancher answered 401. It does not say why: the token may have expired, been deleted or disabled, belong to a user who was, or be limited to one cluster, in which case it works for that cluster only and not for Rancher's own API. Since Rancher 2.8 every token ends after 90 days unless the setting `auth-token-max-ttl-minutes` says otherwise.",
  },
  ISM287: {
    summary: "The token belongs to another cluster",
    explanation:
      "A Rancher token with a scope works for the one cluster that it was made for, and is refused everywhere else, Rancher's own API included (`clusterID does not match`). Tokens of downloaded kubeconfigs of clusters with an authorized endpoint are of this kind. isthmus needs a token without a scope; those that it makes itself have one.",
  },
  ISM288: {
    summary: "Rancher does not allow it",
    explanation:
      "Rancher answered 403: the token is right, and its user lacks the right. Cluster owners may do all that isthmus asks of a downstream cluster; settings of the cluster `local` need more.",
  },
  ISM289: {
    summary: "Rancher has no such cluster",
    explanation:
      "The ID or name is none of the clusters that the token's user sees. IDs are those of the address bar and of `/v3/clusters`: `c-abcde`, `c-m-abcdefgh` or `local`. Rancher hides clusters from users who are no members of them.",
  },
  ISM290: {
    summary: "Several Rancher clusters have this name",
    explanation:
      "Names are unique per workspace only, so one name can stand for several clusters. IDs are unique; the detail lists those that the name may mean.",
  },
  ISM291: {
    summary: "Rancher has no connection to the cluster",
    explanation:
      "Rancher answers, and cannot reach the cluster behind it: the agent in the cluster (`cattle-cluster-agent` in `cattle-system`) is not connected, or the cluster is still being made. Through Rancher nothing of it can be seen or done until it is back; its workloads go on.",
  },
  ISM292: {
    summary: "The clocks of Rancher and this machine differ",
    explanation:
      "The `Date` of Rancher's answer is minutes away from this machine's clock. Certificates and tokens have a beginning and an end, so one side may hold for expired or not yet valid what the other has just made. One of the two clocks is not synchronised.",
  },
  ISM293: {
    summary: "Rancher made the token shorter than asked",
    explanation:
      "The setting `auth-token-max-ttl-minutes` is the longest time that Rancher gives any token, and what is asked beyond it is cut without a word (90 days from Rancher 2.8 on). The token works; it only has to be renewed earlier.",
  },
  ISM295: {
    summary: "A Rancher app operation failed",
    explanation:
      "Rancher installs, upgrades and removes apps by a pod in the cluster that runs helm. That pod failed or did not end in time. Its log is in the cluster, in the namespace `cattle-system` unless the detail names another, and in the dashboard under Apps, Recent Operations.",
  },
  ISM296: {
    summary: "Rancher fails inside",
    explanation:
      "Rancher, or a load balancer before it, answered with 429 or a 5xx status until the patience of the request was used up. Running the command again later is safe.",
  },
  ISM297: {
    summary: "Others can read Rancher's token file",
    explanation:
      "The file that holds the token of Rancher's API is readable by other users of this machine. Whoever reads it has all rights of the token's user on every cluster.",
  },
  ISM298: {
    summary: "Rancher refuses the request",
    explanation:
      "Rancher answered with a status that says the request itself is not acceptable. The detail carries its own words. Mostly something exists already, or this version of Rancher does not know what was asked for.",
  },
} as const satisfies Record<string, CatalogueEntry>;
