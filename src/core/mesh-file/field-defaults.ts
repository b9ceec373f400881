/** The defaults of single fields, as they would be written in a mesh file. */
export const fieldDefaults = {
  install: "istioctl",
  profile: "demo",
  validity: "730d",
  keyType: "ecdsa-p256",
  credentials: "serviceAccount",
  rotateBefore: "14d",
} as const;
