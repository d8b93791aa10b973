/** Holds what we were served against the public log: each judgement is a fault or null. */
import { parseCanonical, type CanonicalObject } from "./canonical";
import type { Fault } from "./faults";
import { asBytes, fromHex, toHex, type Proof } from "./proof";
import { isConsistent, isIncluded, leafHash, type Hash, type Head } from "../tlog/tree";

/** How long after it was served a receipt must be in the log. */
/** A slate may be chosen from a catalogue for this long after a newer one was frozen. */
const STALE_MS = 30_000;
export const LOGGED_WITHIN_MS = 60_000;

const KEEP = "Download your receipts: the file holds the signed statements that contradict each other. Show it to whoever runs this service, and to anyone who watches its log.";
const SALT_BYTES = 32;

export function logFault(message: string, expected?: unknown, found?: unknown): Fault {
  return {
    stage: "log",
    message,
    what_to_do: KEEP,
    ...(expected === undefined ? {} : { expected: String(expected) }),
    ...(found === undefined ? {} : { found: String(found) }),
  };
}

/** A fault of one receipt; found again, it is the same fault. */
const ofReceipt = (number: number, fault: Fault): Fault => ({ ...fault, about: number });

const entries = (n: number): string => `${n.toLocaleString("en")} ${n === 1 ? "entry" : "entries"}`;

/**
 * Whether the log only grew from `seen` to `now`, by a proof of it.
 *
 * `path` is null where the server says that it has none.
 */
export async function growthFault(seen: Head, now: Head, path: readonly Hash[], proof: Proof): Promise<Fault | null> {
  if (now.size < seen.size)
    return logFault("The public log went back: entries that this browser has seen are gone.", entries(seen.size), entries(now.size));
  if (now.size === seen.size) {
    const [was, is] = [toHex(seen.root), toHex(now.root)];
    return was === is ? null : logFault("There are two public logs: the same number of entries, and not the same entries.", was, is);
  }
  if (seen.size === 0 || (await isConsistent(seen, now, path, proof))) return null;
  return logFault(`The public log was rewritten: its first ${entries(seen.size)} are not the ones that this browser has seen.`, `${entries(seen.size)}, root ${toHex(seen.root)}`, `${entries(now.size)}, root ${toHex(now.root)}`);
}

export interface Shown {
  readonly index: number;
  readonly entry: Uint8Array;
  readonly path: readonly Hash[];
}

/** An entry that the server shows must stand in the tree of the checkpoint. */
export async function inclusionFault({ index, entry, path }: Shown, head: Head, proof: Proof): Promise<Fault | null> {
  const leaf = await leafHash(entry, proof);
  if (await isIncluded({ index, size: head.size, leaf, root: head.root, path }, proof)) return null;
  return logFault(`Entry ${index.toLocaleString("en")} of the public log, as the server shows it, is not in the log that it signed.`);
}

/** An entry's fields; null: bytes that no log of ours may hold. */
export function readEntry(entry: Uint8Array): CanonicalObject | null {
  try {
    const value = parseCanonical(new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(entry));
    return value["spec"] === "log-v1" ? value : null;
  } catch {
    return null;
  }
}

/** What a receipt says of itself that the log can confirm. */
export interface Claim {
  readonly number: number;
  readonly receipt: string;
  readonly epoch: number;
  readonly epoch_root: string;
  readonly now_ms: number;
}

export function claimOf(receipt: string): Claim {
  const { number, epoch, epoch_root, now_ms } = parseCanonical(receipt);
  return { number: Number(number), receipt, epoch: Number(epoch), epoch_root: String(epoch_root), now_ms: Number(now_ms) };
}

/** The catalogue that the receipt names against the entry that is in the log under its number. */
export function epochFault({ number, epoch, epoch_root }: Claim, entry: CanonicalObject | null): Fault | null {
  if (entry?.["type"] !== "epoch" || entry["number"] !== epoch)
    return ofReceipt(number, { ...logFault(`The server shows another entry of the log than that of catalogue ${epoch}.`), stage: "epoch" });
  const logged = String(entry["root"]);
  if (logged === epoch_root) return null;
  const message = `Slate № ${number} was chosen from another catalogue than the one in the public log: you were shown an epoch ${epoch} that others do not see.`;
  return ofReceipt(number, { ...logFault(message, logged, epoch_root), stage: "epoch" });
}

/** The entry of the epoch after the one that the receipt names, if the log has one. */
export function staleFault({ number, epoch, now_ms }: Claim, after: CanonicalObject | null): Fault | null {
  if (after?.["type"] !== "epoch" || after["number"] !== epoch + 1) return null;
  const late_ms = now_ms - Number(after["frozen_ms"]);
  if (late_ms <= STALE_MS) return null;
  const message = `Slate № ${number} was chosen from catalogue ${epoch}, which a newer one had replaced ${Math.round(late_ms / 1000)} s before: what is new was kept from you.`;
  return ofReceipt(number, { ...logFault(message, epoch + 1, epoch), stage: "epoch" });
}

export interface Place {
  /** Hex. */
  readonly salt: string;
  readonly interval: number;
  readonly index: number;
  readonly path: readonly string[];
}

const HEX = /^(?:[0-9a-f]{2})*$/;

/** The receipt against the interval's entry: its salted hash must be in the interval's tree. */
export async function placeFault({ number, receipt, now_ms }: Claim, place: Place, entry: CanonicalObject | null, proof: Proof): Promise<Fault | null> {
  const wrong = (message: string, expected?: unknown, found?: unknown) => ofReceipt(number, logFault(message, expected, found));
  const batch = entry?.["receipts"] as CanonicalObject | undefined;
  if (entry?.["type"] !== "interval" || entry["number"] !== place.interval || !batch)
    return wrong(`The server shows another entry of the log than the one that receipt № ${number} should be in.`);
  const isHex = [place.salt, ...place.path].every((hex) => HEX.test(hex));
  const salt = fromHex(place.salt);
  if (!isHex || salt.length !== SALT_BYTES) return wrong(`The server’s proof for receipt № ${number} cannot be read.`);
  const record = asBytes(receipt);
  const salted = new Uint8Array(SALT_BYTES + record.length);
  salted.set(salt);
  salted.set(record, SALT_BYTES);
  const leaf = await leafHash(await proof.sha256(salted), proof);
  const root = fromHex(String(batch["root"]));
  const at = { index: place.index, size: Number(batch["count"]), leaf, root, path: place.path.map(fromHex) };
  if (await isIncluded(at, proof)) {
    const [from_ms, to_ms] = [Number(entry["from_ms"]), Number(entry["to_ms"])];
    const isOfItsTime = now_ms >= from_ms - LOGGED_WITHIN_MS && now_ms <= to_ms + LOGGED_WITHIN_MS;
    return isOfItsTime ? null : wrong(`Receipt № ${number} states another time than the one at which it went into the public log.`, to_ms, now_ms);
  }
  return wrong(`Receipt № ${number}, as you hold it, is not in the public log where the server says it is.`);
}

/** The server says that the receipt is not in the log yet. After a minute that is a fault. */
export const lateFault = (number: number): Fault => ({
  stage: "log",
  message: `Receipt № ${number} is not in the public log, a minute after you were served it.`,
  what_to_do: "Download your receipts: a signed receipt that is not in the log is evidence that somebody was shown something in secret.",
  about: number,
});

/** The server says that the log holds no epoch of that number. */
export const unloggedEpochFault = ({ number, epoch }: Claim): Fault => ({
  stage: "epoch",
  message: `Slate № ${number} was chosen from catalogue ${epoch}, and the public log holds none of that number.`,
  what_to_do: KEEP,
  about: number,
});
