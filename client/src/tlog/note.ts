/** C2SP signed notes: a text, and lines of signatures under it. */
import { asBytes, toHex, type Proof } from "../receipts/proof";
import { isSame } from "./tree";

/** These bytes are not a signed note, or a key we know did not sign it. The message says which. */
export class BadNote extends Error {
  override name = "BadNote";
}

export const ED25519 = 1;
export const COSIGNATURE = 4;

/** A verifier key, `name+hash+base64(type || key)`. */
export interface Vkey {
  readonly name: string;
  /** Four bytes in hex. */
  readonly id: string;
  readonly type: number;
  readonly key: Uint8Array;
}

export interface Signature {
  readonly name: string;
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface Note {
  /** With its last line break, without the blank line. */
  readonly text: string;
  readonly signatures: readonly Signature[];
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;
const NAME = /^[^\s+]+$/u;
const CONTROL = /[\x00-\x09\x0b-\x1f]/;
const SIGNATURES_MAX = 100;
const ID_BYTES = 4;

/** Standard base64 with padding and without white space; null for anything else. */
export function strictBase64(text: string): Uint8Array | null {
  if (!BASE64.test(text)) return null;
  const raw = atob(text);
  return btoa(raw) === text ? Uint8Array.from(raw, (letter) => letter.charCodeAt(0)) : null;
}

/** Raises BadNote: not a key, or its hash is not the one in it. */
export async function readVkey(vkey: string, proof: Proof): Promise<Vkey> {
  const [name = "", id = "", ...rest] = vkey.split("+");
  const packed = strictBase64(rest.join("+"));
  if (!NAME.test(name) || !/^[0-9a-f]{8}$/.test(id) || !packed || packed.length !== 33)
    throw new BadNote(`“${vkey}” is not a verifier key`);
  const before = asBytes(`${name}\n`);
  const named = new Uint8Array(before.length + packed.length);
  named.set(before);
  named.set(packed, before.length);
  if (toHex((await proof.sha256(named)).subarray(0, ID_BYTES)) !== id)
    throw new BadNote(`the verifier key “${vkey}” does not carry its own hash`);
  return { name, id, type: packed[0] as number, key: packed.subarray(1) };
}

function readSignature(line: string): Signature {
  const [dash, name = "", coded = "", ...more] = line.split(" ");
  const packed = strictBase64(coded);
  if (dash !== "—" || more.length || !NAME.test(name) || !packed || packed.length <= ID_BYTES)
    throw new BadNote("a line under the note is not a signature");
  return { name, id: toHex(packed.subarray(0, ID_BYTES)), bytes: packed.subarray(ID_BYTES) };
}

/** Take a note apart. Raises BadNote. */
export function readNote(note: string): Note {
  const at = note.lastIndexOf("\n\n");
  if (CONTROL.test(note)) throw new BadNote("the note contains a control character");
  if (at < 0 || !note.endsWith("\n") || at + 2 === note.length) throw new BadNote("the note is cut short: it has no signatures");
  const lines = note.slice(at + 2, -1).split("\n");
  if (lines.length > SIGNATURES_MAX) throw new BadNote("the note has too many signatures");
  return { text: note.slice(0, at + 1), signatures: lines.map(readSignature) };
}

/** When a witness signed, in seconds; null where the signature is not one that says so. */
function cosignedAt(bytes: Uint8Array): number | null {
  if (bytes.length !== 72) return null;
  const seconds = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0));
  return Number.isSafeInteger(seconds) ? seconds : null;
}

async function isBy(key: Vkey, { bytes }: Signature, text: string, proof: Proof): Promise<boolean> {
  if (key.type === ED25519) return proof.verifies(bytes, asBytes(text), key.key);
  const at_s = cosignedAt(bytes);
  if (key.type !== COSIGNATURE || at_s === null) return false;
  return proof.verifies(bytes.subarray(8), asBytes(`cosignature/v1\ntime ${at_s}\n${text}`), key.key);
}

export interface Verified {
  readonly key: Vkey;
  /** For a cosignature: when, in seconds. */
  readonly at_s: number | null;
}

/**
 * The text and who of `keys` signed it.
 *
 * Signatures of others are ignored. One that names a known key and does not verify refuses the whole
 * note: raises BadNote.
 */
export async function openNote(note: string, keys: readonly Vkey[], proof: Proof): Promise<{ text: string; by: readonly Verified[] }> {
  const { text, signatures } = readNote(note);
  const by: Verified[] = [];
  for (const signature of signatures) {
    const key = keys.find(({ name, id }) => name === signature.name && id === signature.id);
    if (!key) continue;
    if (!(await isBy(key, signature, text, proof))) throw new BadNote(`the signature of “${key.name}” is wrong`);
    if (by.some((known) => isSame(known.key.key, key.key))) continue;
    by.push({ key, at_s: key.type === COSIGNATURE ? cosignedAt(signature.bytes) : null });
  }
  return { text, by };
}
