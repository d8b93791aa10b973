/**
 * SHA-256 and Ed25519 from the browser where it has them. On plain http away from localhost (a
 * phone on the LAN) browsers hide `crypto.subtle`, and some have no Ed25519 in it: then @noble does
 * the same sums in JavaScript. There is no third way: no check is ever skipped.
 */
import type { Proof } from "../receipts/proof";

const asBuffer = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes);

async function inScript(): Promise<Proof> {
  const [ed, { sha256, sha512 }] = await Promise.all([
    import("@noble/ed25519"),
    import("@noble/hashes/sha2.js"),
  ]);
  ed.hashes.sha512 = sha512;
  return {
    sha256: async (data) => sha256(data),
    verifies: async (signature, message, publicKey) => {
      try {
        return ed.verify(signature, message, publicKey);
      } catch {
        return false;
      }
    },
  };
}

async function native(): Promise<Proof> {
  const { subtle } = crypto;
  const keys = new Map<string, Promise<CryptoKey>>();
  const keyOf = (raw: Uint8Array): Promise<CryptoKey> => {
    const name = raw.join();
    const known = keys.get(name);
    if (known) return known;
    const made = subtle.importKey("raw", asBuffer(raw), { name: "Ed25519" }, false, ["verify"]);
    keys.set(name, made);
    return made;
  };
  return {
    sha256: async (data) => new Uint8Array(await subtle.digest("SHA-256", asBuffer(data))),
    verifies: async (signature, message, publicKey) => {
      try {
        const key = await keyOf(publicKey);
        return await subtle.verify("Ed25519", key, asBuffer(signature), asBuffer(message));
      } catch {
        return false;
      }
    },
  };
}

async function hasNative(): Promise<boolean> {
  if (!globalThis.crypto?.subtle) return false;
  // The base point: any right Ed25519 imports it, a browser without Ed25519 throws.
  const point = new Uint8Array(32).fill(0x66);
  point[0] = 0x58;
  return crypto.subtle
    .importKey("raw", point, { name: "Ed25519" }, false, ["verify"])
    .then(() => true, () => false);
}

let ready: Promise<Proof> | undefined;

export function proof(): Promise<Proof> {
  ready ??= hasNative().then((has) => (has ? native() : inScript()));
  return ready;
}
