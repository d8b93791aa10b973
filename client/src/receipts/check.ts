/** Checks a slate before it may be played. Everything here is done without asking the server again. */
import { NotCanonical, parseCanonical } from "./canonical";
import type { Chain } from "./chain";
import { fault, type Fault } from "./faults";
import { asBytes, digestOf, fromBase64, type Proof } from "./proof";
import { parseReceipt, type Receipt } from "./receipt";

const SIGNED_PREFIX = "plainview receipt-v1\n";

export interface SignedSlate {
  readonly receipt: string;
  readonly signature: string;
  /** Ids of the videos that came with it, in order. */
  readonly shown: readonly string[];
  /** The event by which the server notes that it served them. */
  readonly served: string;
}

/** What this browser asked for and remembers. */
export interface Expected {
  readonly viewer: string;
  readonly edition: string;
  readonly number: number;
  readonly nonce: string;
  /** The rules asked for by name; "" when the viewer never chose any. */
  readonly policy: string;
  readonly size: number;
  readonly context: { readonly language: string; readonly tz_min: number; readonly age: string };
  /** The last event of ours that the server had confirmed when we asked. */
  readonly last_event: number;
  /** The id of the receipt before, or NO_DIGEST for the first. */
  readonly previous: string;
  readonly public_key: string;
}

export interface Checked {
  /** SHA-256 of the receipt's bytes. */
  readonly id: string;
  readonly number: number;
  readonly faults: readonly Fault[];
  /** Things that are no fault but that could not be checked here. */
  readonly notes: readonly string[];
  readonly receipt: Receipt | null;
}

export async function isSigned(
  receipt: string,
  signature: string,
  publicKey: string,
  proof: Proof,
): Promise<boolean> {
  try {
    const message = asBytes(SIGNED_PREFIX + receipt);
    return await proof.verifies(fromBase64(signature), message, fromBase64(publicKey));
  } catch {
    return false;
  }
}

function differing(receipt: Receipt, want: Expected): Fault[] {
  const faults: Fault[] = [];
  type Field = "viewer" | "edition" | "number" | "nonce" | "policy" | "chosen_by" | "arm" | "previous";
  const must = (stage: Fault["stage"], field: Field, value: string | number, message: string) => {
    if (receipt[field] !== value) faults.push(fault(stage, message, value, receipt[field]));
  };
  must("viewer", "viewer", want.viewer, "The receipt was made out to somebody else.");
  must("viewer", "edition", want.edition, "The receipt is from another service.");
  must("request", "number", want.number, "The receipt answers another request than yours.");
  must("request", "nonce", want.nonce, "The receipt does not contain the random number you sent.");
  const other = "The videos were chosen by other rules than you asked for.";
  must("request", "policy", want.policy || receipt.policy, other);
  must("request", "chosen_by", want.policy ? "viewer" : "default", other);
  must("request", "arm", want.policy ? "" : receipt.arm, other);
  must("chain", "previous", want.previous,
    "The receipt does not follow from the last one you got: something in between was changed or left out.");
  return faults;
}

function eventFaults(receipt: Receipt, chain: Chain): [Fault[], string[]] {
  const { n, head } = receipt.events;
  const mine = chain.recent[n];
  if (mine === head) return [[], []];
  if (mine !== undefined)
    return [[fault("events", "What the server says you did is not what you did.", mine, head)], []];
  const note =
    n > chain.n
      ? `It counts ${n - chain.n} of your actions that this browser has not seen (another device?).`
      : "It counts actions from before this browser began to keep its own record.";
  return [[], [note]];
}

/** What the slate was chosen for and from, against what we said and did. */
function askedFaults(receipt: Receipt, want: Expected): Fault[] {
  const faults: Fault[] = [];
  for (const name of ["language", "tz_min", "age"] as const)
    if (receipt.context[name] !== want.context[name])
      faults.push(fault("request", "The slate was chosen for somebody else’s language, clock or age.", want.context[name], receipt.context[name]));
  if (receipt.events.n < want.last_event)
    faults.push(fault("events", "The slate was chosen as if you had not done the last things you did.", want.last_event, receipt.events.n));
  return faults;
}

/** The server’s note of what it served: what stands there counts as seen and does not come again. */
function servedFaults(served: string, id: string, promised: readonly string[]): Fault[] {
  try {
    const { kind, receipt, videos } = parseCanonical(served);
    const isRight = kind === "served" && receipt === id && Array.isArray(videos) && videos.join() === promised.join();
    return isRight ? [] : [fault("events", "The server noted other videos as shown to you than it sent.", promised.join(", "), String(videos))];
  } catch {
    return [fault("events", "The server’s note of what it served cannot be read.")];
  }
}

/**
 * Everything a browser can check of one slate, in the order a person would want to hear of it.
 *
 * `faults` is empty exactly when the slate may be played. Choosing itself is recomputed elsewhere
 * (`POST /api/v1/check`, `plainview replay`): a browser has neither the catalogue nor the weights.
 */
export async function checkSlate(
  slate: SignedSlate,
  want: Expected,
  chain: Chain,
  proof: Proof,
): Promise<Checked> {
  const id = await digestOf(slate.receipt, proof);
  let receipt: Receipt;
  try {
    receipt = parseReceipt(slate.receipt);
  } catch (error) {
    if (!(error instanceof NotCanonical)) throw error;
    const faults = [fault("encoding", `The receipt cannot be read: ${error.message}.`)];
    return { id, number: want.number, faults, notes: [], receipt: null };
  }
  const faults: Fault[] = [];
  if (!(await isSigned(slate.receipt, slate.signature, want.public_key, proof)))
    faults.push(fault("signature", "The receipt’s signature is wrong: it was changed after it was signed, or signed by someone else."));
  faults.push(...differing(receipt, want));
  const promised = receipt.slate.map((place) => place.video);
  if (promised.join() !== slate.shown.join())
    faults.push(fault("slate", "You were sent other videos than the ones in the receipt.", promised.join(", "), slate.shown.join(", ")));
  if (receipt.context.size !== want.size || promised.length > want.size)
    faults.push(fault("request", "The slate is of another size than you asked for.", want.size, promised.length));
  const [eventsWrong, notes] = eventFaults(receipt, chain);
  faults.push(...eventsWrong, ...askedFaults(receipt, want), ...servedFaults(slate.served, id, promised));
  return { id, number: want.number, faults, notes, receipt };
}
