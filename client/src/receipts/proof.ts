/** What the checks need of cryptography. `edge/proof.ts` fills it; tests fill it from node. */

export interface Proof {
  /** SHA-256, 32 bytes. */
  sha256(data: Uint8Array): Promise<Uint8Array>;
  /** Ed25519 as in RFC 8032. Never throws: a malformed key or signature is `false`. */
  verifies(signature: Uint8Array, message: Uint8Array, publicKey: Uint8Array): Promise<boolean>;
}

export const NO_DIGEST = "0".repeat(64);

export const asBytes = (text: string): Uint8Array => new TextEncoder().encode(text);

export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export function fromHex(hex: string): Uint8Array {
  const out = new Uint8Array(hex.length / 2);
  for (let i = 0; i < out.length; i++) out[i] = Number.parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return out;
}

export function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
}

export async function digestOf(text: string, proof: Proof): Promise<string> {
  return toHex(await proof.sha256(asBytes(text)));
}
