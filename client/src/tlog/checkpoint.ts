/** C2SP checkpoints: a signed note that says how long a log is and what its root is. */
import type { Proof } from "../receipts/proof";
import { BadNote, ED25519, openNote, strictBase64, type Vkey } from "./note";
import { HASH_BYTES, type Head } from "./tree";

export interface Checkpoint extends Head {
  readonly origin: string;
}

export interface Cosigned {
  readonly name: string;
  readonly at_s: number;
}

export interface Opened {
  readonly checkpoint: Checkpoint;
  /** The witnesses known to us that say they saw it, each once, in the order of the note. */
  readonly cosigned: readonly Cosigned[];
}

/** Raises BadNote: the text is not a checkpoint's. */
export function readCheckpoint(text: string): Checkpoint {
  const [origin = "", size = "", coded = "", ...rest] = text.split("\n");
  const root = strictBase64(coded);
  if (!origin) throw new BadNote("the checkpoint names no log");
  if (!/^(?:0|[1-9][0-9]*)$/.test(size) || !Number.isSafeInteger(Number(size)))
    throw new BadNote("the checkpoint’s size is not a number");
  if (root?.length !== HASH_BYTES) throw new BadNote("the checkpoint’s root is not a hash");
  const extensions = rest.slice(0, -1);
  if (rest.at(-1) !== "" || extensions.includes("")) throw new BadNote("the checkpoint has an empty line");
  return { origin, size: Number(size), root };
}

/**
 * Check a checkpoint's form and that the log signed it.
 *
 * Raises BadNote: malformed, of another log, not signed by the log, or with a wrong signature of the
 * log or of a witness that we know.
 */
export async function openCheckpoint(
  note: string,
  log: Vkey,
  witnesses: readonly Vkey[],
  proof: Proof,
): Promise<Opened> {
  const { text, by } = await openNote(note, [log, ...witnesses], proof);
  if (log.type !== ED25519 || !by.some(({ key }) => key === log)) throw new BadNote("the log did not sign it");
  const checkpoint = readCheckpoint(text);
  if (checkpoint.origin !== log.name) throw new BadNote(`it is of another log, “${checkpoint.origin}”`);
  const cosigned = by.flatMap(({ key, at_s }) => (at_s === null ? [] : [{ name: key.name, at_s }]));
  return { checkpoint, cosigned };
}
