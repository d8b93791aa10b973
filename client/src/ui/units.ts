/** Sizes, lengths and digests in the words people use: none of them is in the feed, so apart from `words.ts`. */

export function size(bytes: number): string {
  if (bytes < 1_000_000) return `${Math.max(1, Math.round(bytes / 1000))} kB`;
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

export function clock(ms: number): string {
  const s = Math.round(ms / 1000);
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

/** The first and last digits of a digest, enough to recognise it. */
export const brief = (digest: string): string => `${digest.slice(0, 8)}…${digest.slice(-4)}`;
