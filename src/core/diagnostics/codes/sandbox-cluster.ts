import type { CatalogueEntry } from "../catalogue-entry.ts";

export const sandboxClusterCodes = {
  ISM730: {
    summary: "The sandbox needs root on Linux",
    explanation:
      "Sandbox clusters are real: they make network, mount and PID namespaces, cgroups, bridges and routes of their own, and run a kubelet and containerd in them. The kernel lets only root do that. Run the command as root, for example with `sudo`.",
  },
  ISM731: {
    summary: "A program that the sandbox needs is missing",
    explanation:
      "The nodes of a sandbox are put together with tools of the operating system: `ip` (iproute2), `nft` (nftables), `iptables` (for host ports), `nsenter` and `unshare` (util-linux) and `mount`. They come with every usual distribution's packages of those names.",
  },
  ISM732: {
    summary: "A sandbox name cannot be used",
    explanation:
      "Names of sandboxes and of their clusters become parts of file names, network namespaces, cgroups, node names and kubeconfig contexts. They must be DNS labels: lower case letters, digits and hyphens, beginning and ending with a letter or digit. A sandbox's name has at most 20 characters, a cluster's at most 40. A sandbox has 1 to 15 clusters, each with its own name. `rancher` and `local` are kept for the cluster of a Rancher double.",
  },
  ISM733: {
    summary: "The sandbox runs with other clusters",
    explanation:
      "`sandbox up` never takes clusters away from a running sandbox, and does not move them to other regions or zones: what runs in them would be lost in passing. Take the sandbox down first, or make a second one beside it with `--instance`.",
  },
  ISM734: {
    summary: "No address range is free for the sandbox",
    explanation:
      "Every sandbox takes one of sixteen blocks of 4096 addresses out of 172.30.0.0/16 for its nodes and load balancers. A block is passed over when another sandbox has it or when a route or interface of this machine overlaps it, because then either the sandbox or that network could not be reached any more.",
  },
  ISM735: {
    summary: "Another command is working on the sandbox",
    explanation:
      "Two commands must not build and take down the same sandbox at the same time. The lock is held by the other process only while it lives; there is nothing to clean up after a crash.",
  },
  ISM736: {
    summary: "Names of the sandbox are taken by another state folder",
    explanation:
      "A sandbox of the same name runs from another state folder (`ISTHMUS_STATE_DIR`, `XDG_STATE_HOME` or another user's home). Its network namespaces and cgroups have the names that this one would need. Nothing of it was touched.",
  },
  ISM737: {
    summary: "The sandbox did not become ready in time",
    explanation:
      "A cluster is ready when its API server answers, its node is Ready, cluster DNS is available, the default service account exists and load balancer addresses are handed out; a Rancher double when it answers. What was started stays: `isthmus sandbox up` goes on from there, `isthmus sandbox logs CLUSTER COMPONENT` shows more, `isthmus sandbox down` takes everything away.",
  },
  ISM738: {
    summary: "A sandbox node ended",
    explanation:
      "The process that holds a node together ended, and everything on the node with it. Its last words are in the supervisor's log. `isthmus sandbox up` starts the node again with its data; when that fails again, `isthmus sandbox down` and `up` begin anew.",
  },
  ISM739: {
    summary: "Parts of the sandbox could not be removed",
    explanation:
      "`sandbox down` looks for what is left of a sandbox after it took it down: processes, mounts, network namespaces, links, routes, cgroups and files. Something is left, most often because a program holds it. Running `sandbox down` again is safe.",
  },
  ISM740: {
    summary: "There is no such sandbox",
    explanation: "No sandbox of this name is known in the state folder. `isthmus sandbox up` makes one.",
  },
  ISM741: {
    summary: "There is no such cluster in the sandbox",
    explanation: "The names of a sandbox's clusters were given when it was made; `isthmus sandbox status` lists them.",
  },
  ISM742: {
    summary: "There is no such component",
    explanation: "Logs are kept for every component of a sandbox cluster. The detail lists the ones there are.",
  },
  ISM743: {
    summary: "The kubeconfig has other entries of these names",
    explanation:
      "`--merge` adds the sandbox's contexts, clusters and users to a kubeconfig and never changes what others put there. Entries of the same name that are not this sandbox's stand in the way.",
  },
  ISM744: {
    summary: "The kubeconfig cannot be changed",
    explanation:
      "`--merge` and the `down` that follows it change a kubeconfig of the user in place. The file could not be read, understood, locked or written; it was left as it was. Without `--merge` the sandbox's own kubeconfig file can be used by itself.",
  },
  ISM745: {
    summary: "The sandbox's files cannot be read",
    explanation:
      "The state folder holds what is known about a sandbox. A file there is missing, broken or from another version. `isthmus sandbox down` takes away everything that can be found of the sandbox, also without that file.",
  },
  ISM746: {
    summary: "The sandbox cannot be set up on this machine",
    explanation:
      "The kernel or the container in which the command runs refuses something that the sandbox's nodes need: namespaces, bridges and veth links, or writable cgroups with the cpu, cpuset, memory and pids controllers. Inside a container it must be privileged and have a cgroup tree of its own.",
  },
  ISM747: {
    summary: "The state folder is in a place that nodes cannot see",
    explanation:
      "Each node has a /run of its own, so that nothing it puts there reaches the machine. A state folder or engine below /run would be hidden from the node. Point ISTHMUS_STATE_DIR (or the cache folder) to a disk.",
  },
  ISM770: {
    summary: "These clusters cannot be flat",
    explanation:
      "`sandbox up --flat` gives each cluster a range of pods of its own and routes these ranges to each other, as clusters of one network have it (`sharedNetworks` of a mesh file). That takes two clusters at least, and names of clusters that the sandbox has. `--flat` alone means all clusters, `--flat=west,east` these.",
  },
  ISM748: {
    summary: "The sandbox's front door did not get ready",
    explanation:
      "`isthmus sandbox up --front-door` starts BIND and Pebble beside the clusters, and cert-manager and external-dns in each of them. One of them did not serve, or had no available pod, in the time given. What is there stays; running `up` again goes on.",
  },
} as const satisfies Record<string, CatalogueEntry>;
