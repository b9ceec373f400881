/** RFC 8945, section 6, without those that it says must not be used and the truncated ones. */
export const tsigAlgorithms = ["hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"] as const;

export type TsigAlgorithm = (typeof tsigAlgorithms)[number];
