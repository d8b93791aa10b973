/**
 * RFC 6962 hashing and the two proofs, as RFC 9162 §2.1.3.2 and §2.1.4.2 check them.
 *
 * Sizes and indexes are whole numbers below 2^53, so they are halved by division, never by shifts,
 * which JavaScript does on 32 bits.
 */
import type { Proof } from "../receipts/proof";

export type Hash = Uint8Array;

export const HASH_BYTES = 32;

function joined(first: number, ...rest: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(1 + rest.reduce((sum, part) => sum + part.length, 0));
  out[0] = first;
  let at = 1;
  for (const part of rest) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}

export const leafHash = (entry: Uint8Array, proof: Proof): Promise<Hash> => proof.sha256(joined(0, entry));

export const nodeHash = (left: Hash, right: Hash, proof: Proof): Promise<Hash> =>
  proof.sha256(joined(1, left, right));

export const isSame = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);

const isWhole = (n: number): boolean => Number.isSafeInteger(n) && n >= 0;
const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);
const areHashes = (path: readonly Hash[]): boolean => path.every((hash) => hash.length === HASH_BYTES);

/** Whether `leaf` (a leaf hash) stands at `index` of the tree of `size` leaves with this root. */
export async function isIncluded(
  { index, size, leaf, root, path }: { index: number; size: number; leaf: Hash; root: Hash; path: readonly Hash[] },
  proof: Proof,
): Promise<boolean> {
  if (!isWhole(index) || !isWhole(size) || index >= size || !areHashes(path)) return false;
  let node = index;
  let last = size - 1;
  let hash = leaf;
  for (const beside of path) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      hash = await nodeHash(beside, hash, proof);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      hash = await nodeHash(hash, beside, proof);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(hash, root);
}

export interface Head {
  readonly size: number;
  readonly root: Hash;
}

/** Whether the tree `old` is the beginning of the tree `now`. An empty `old` proves nothing: `false`. */
export async function isConsistent(old: Head, now: Head, path: readonly Hash[], proof: Proof): Promise<boolean> {
  if (!isWhole(old.size) || !isWhole(now.size) || old.size === 0 || old.size > now.size || !areHashes(path)) return false;
  if (old.size === now.size) return path.length === 0 && isSame(old.root, now.root);
  let node = old.size - 1;
  let last = now.size - 1;
  while (isOdd(node)) [node, last] = [half(node), half(last)];
  // Where the old tree is one whole subtree of the new one, its root is not sent again.
  const [start, ...rest] = node === 0 ? [old.root, ...path] : path;
  if (!start || path.length === 0) return false;
  let before = start;
  let after = start;
  for (const beside of rest) {
    if (last === 0) return false;
    if (isOdd(node) || node === last) {
      before = await nodeHash(beside, before, proof);
      after = await nodeHash(beside, after, proof);
      while (!isOdd(node) && node !== 0) [node, last] = [half(node), half(last)];
    } else {
      after = await nodeHash(after, beside, proof);
    }
    [node, last] = [half(node), half(last)];
  }
  return last === 0 && isSame(before, old.root) && isSame(after, now.root);
}
