/**
 * Whether a Rancher is of that release or a newer one. Builds of no release
 * (`dev`, `head`) count as the newest; pre-releases count as their release.
 */
export function isRancherAtLeast(version: string, wanted: `${number}.${number}`): boolean {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(version) ?? [];
  if (major === undefined || minor === undefined) {
    return true;
  }
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split(".").map(Number);
  return Number(major) === wantedMajor ? Number(minor) >= wantedMinor : Number(major) > wantedMajor;
}
