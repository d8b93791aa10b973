/**
 * The root of trust: which keys may sign, and which witnesses are asked. It changes only by a
 * document that the root keys of the one before have signed, and its own.
 */
import { NotCanonical, parseCanonical } from "./canonical";
import { asBytes, type Proof } from "./proof";
import { readVkey, strictBase64, type Vkey } from "../tlog/note";

const SIGNED_PREFIX = "plainview trust-v1\n";

/** Not a root of trust, or not signed by those who must. The message says which. */
export class BadTrust extends Error {
  override name = "BadTrust";
}

export interface Trust {
  readonly edition: string;
  readonly version: number;
  readonly receipt_keys: readonly string[];
  readonly log_keys: readonly string[];
  /** A tlog-policy. */
  readonly policy: string;
  readonly root_keys: readonly string[];
  readonly threshold: number;
  readonly retention_days: number;
}

export interface SignedTrust {
  readonly document: string;
  readonly signatures: readonly { readonly key: string; readonly signature: string }[];
}

const areTexts = (value: unknown): boolean => Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === "string");
const isWhole = (value: unknown): boolean => typeof value === "number" && value >= 0;

/** As much of a trust-v1 document as a browser acts on. Raises BadTrust. */
export function parseTrust(document: string): Trust {
  let value;
  try {
    value = parseCanonical(document);
  } catch (error) {
    if (error instanceof NotCanonical) throw new BadTrust(error.message);
    throw error;
  }
  const lists = ["receipt_keys", "log_keys", "root_keys"].every((name) => areTexts(value[name]));
  const numbers = ["version", "threshold", "retention_days"].every((name) => isWhole(value[name]));
  const texts = ["edition", "policy"].every((name) => typeof value[name] === "string");
  const trust = value as unknown as Trust;
  if (value["spec"] !== "trust-v1" || !lists || !numbers || !texts || trust.threshold < 1 || trust.version < 1)
    throw new BadTrust("a field is missing or out of range");
  return trust;
}

async function signers({ document, signatures }: SignedTrust, known: ReadonlySet<string>, proof: Proof): Promise<Set<string>> {
  const message = asBytes(SIGNED_PREFIX + document);
  const found = new Set<string>();
  for (const { key, signature } of signatures) {
    if (!known.has(key)) continue;
    const [raw, bytes] = [strictBase64(key), strictBase64(signature)];
    if (!raw || !bytes || !(await proof.verifies(bytes, message, raw)))
      throw new BadTrust(`the signature of root key ${key.slice(0, 8)}… is wrong`);
    found.add(key);
  }
  return found;
}

/**
 * The document, if enough root keys signed it: its own, and those of the version before.
 *
 * `before` is null where this browser sees its first version, which it can only take on trust.
 * Raises BadTrust.
 */
export async function checkTrust(signed: SignedTrust, before: Trust | null, proof: Proof): Promise<Trust> {
  const trust = parseTrust(signed.document);
  const by = await signers(signed, new Set([...trust.root_keys, ...(before?.root_keys ?? [])]), proof);
  const isEnough = ({ root_keys, threshold }: Trust) => new Set(root_keys.filter((key) => by.has(key))).size >= threshold;
  if (!isEnough(trust)) throw new BadTrust("too few of its own root keys signed it");
  if (!before) return trust;
  if (trust.edition !== before.edition) throw new BadTrust(`it is of edition “${trust.edition}”`);
  if (trust.version !== before.version + 1) throw new BadTrust(`version ${trust.version} follows ${before.version}`);
  if (!isEnough(before)) throw new BadTrust("too few of the former root keys signed it");
  return trust;
}

/** The witnesses of a tlog-policy whose kind of key we can check. */
export async function witnessesOf(policy: string, proof: Proof): Promise<Vkey[]> {
  const vkeys = policy.split("\n").map((line) => line.split(/[ \t]+/)).filter(([kind]) => kind === "witness").map(([, , vkey = ""]) => vkey);
  const read = await Promise.all(vkeys.map((vkey) => readVkey(vkey, proof).catch(() => null)));
  return read.filter((key) => key !== null);
}
