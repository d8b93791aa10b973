/**
 * A log in memory, written from the recursive definitions of RFC 6962 §2.1, where the client's own
 * checks walk up a path: the stand-in serves it and tests check against it.
 */
import { createHash, generateKeyPairSync, sign, type KeyObject } from "node:crypto";

const sha = (...parts: Buffer[]): Buffer => createHash("sha256").update(Buffer.concat(parts)).digest();
const LEAF = Buffer.from([0]);
const NODE = Buffer.from([1]);

/** Largest power of two below n. */
function split(n: number): number {
  let k = 1;
  while (k * 2 < n) k *= 2;
  return k;
}

export function treeRoot(leaves: readonly Buffer[]): Buffer {
  if (leaves.length === 0) return sha();
  if (leaves.length === 1) return sha(LEAF, leaves[0] as Buffer);
  const k = split(leaves.length);
  return sha(NODE, treeRoot(leaves.slice(0, k)), treeRoot(leaves.slice(k)));
}

export function inclusionPath(index: number, leaves: readonly Buffer[]): Buffer[] {
  if (leaves.length <= 1) return [];
  const k = split(leaves.length);
  return index < k
    ? [...inclusionPath(index, leaves.slice(0, k)), treeRoot(leaves.slice(k))]
    : [...inclusionPath(index - k, leaves.slice(k)), treeRoot(leaves.slice(0, k))];
}

export function consistencyPath(from: number, leaves: readonly Buffer[], isWhole = true): Buffer[] {
  if (from === leaves.length) return isWhole ? [] : [treeRoot(leaves)];
  const k = split(leaves.length);
  return from <= k
    ? [...consistencyPath(from, leaves.slice(0, k), isWhole), treeRoot(leaves.slice(k))]
    : [...consistencyPath(from - k, leaves.slice(k), false), treeRoot(leaves.slice(0, k))];
}

/** Something that signs notes: a log (type 1) or a witness (type 4). */
export class Signer {
  readonly vkey: string;
  readonly raw: Buffer;
  readonly #key: KeyObject;
  readonly #id: Buffer;

  constructor(readonly name: string, readonly type: 1 | 4 = 1) {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    this.#key = privateKey;
    this.raw = publicKey.export({ format: "der", type: "spki" }).subarray(-32);
    const packed = Buffer.concat([Buffer.from([type]), this.raw]);
    this.#id = sha(Buffer.from(`${name}\n`), packed).subarray(0, 4);
    this.vkey = `${name}+${this.#id.toString("hex")}+${packed.toString("base64")}`;
  }

  signs(message: string): Buffer {
    return sign(null, Buffer.from(message), this.#key);
  }

  /** The line under a note. */
  line(text: string, at_s = 1_790_000_000): string {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(at_s));
    const signature = this.type === 1 ? this.signs(text) : Buffer.concat([time, this.signs(`cosignature/v1\ntime ${at_s}\n${text}`)]);
    return `— ${this.name} ${Buffer.concat([this.#id, signature]).toString("base64")}\n`;
  }
}

export class SmallLog {
  entries: Buffer[] = [];
  signer: Signer;
  witnesses: Signer[] = [];

  constructor(readonly origin: string) {
    this.signer = new Signer(origin);
  }

  append(entry: string): number {
    return this.entries.push(Buffer.from(entry)) - 1;
  }

  get size(): number {
    return this.entries.length;
  }

  root(size = this.size): Buffer {
    return treeRoot(this.entries.slice(0, size));
  }

  text(size = this.size): string {
    return `${this.origin}\n${size}\n${this.root(size).toString("base64")}\n`;
  }

  checkpoint(size = this.size, at_s?: number): string {
    const text = this.text(size);
    return `${text}\n${this.signer.line(text)}${this.witnesses.map((witness) => witness.line(text, at_s)).join("")}`;
  }

  consistency(from: number, to: number): string[] {
    return consistencyPath(from, this.entries.slice(0, to)).map((hash) => hash.toString("base64"));
  }

  inclusion(index: number, size: number): { entry: string; proof: string[] } {
    const proof = inclusionPath(index, this.entries.slice(0, size)).map((hash) => hash.toString("base64"));
    return { entry: (this.entries[index] as Buffer).toString("base64"), proof };
  }
}
