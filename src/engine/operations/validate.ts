/** `isthmus validate`: what the manifests of a mesh file say against it, offline. */
export { inspectManifests } from "../manifests/service-manifests.ts";
