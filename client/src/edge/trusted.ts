/** The keys of the log: kept from the first visit, and changed only by a signed root of trust. */
import type { Fault } from "../receipts/faults";
import { logFault, readEntry } from "../receipts/logged";
import { BadTrust, checkTrust, parseTrust, type SignedTrust } from "../receipts/trust";
import { strictBase64 } from "../tlog/note";
import type { Ledger } from "./ledger";
import { logApi } from "./log_api";
import { read } from "./store";
import type { LogState } from "./types";

/** The last checkpoint that followed from the one before; `note` as it was signed. */
export interface Seen {
  readonly size: number;
  readonly root: string;
  readonly note: string;
}

/** What is kept of a log between visits. */
export interface Memory {
  /** Who this browser was when it met this log. */
  readonly viewer: string;
  readonly vkey: string;
  readonly trust: string;
  readonly seen: Seen | null;
  /** Signed statements that contradict each other. */
  readonly evidence: readonly Evidence[];
}

export interface Evidence {
  readonly at_ms: number;
  readonly fault: Fault;
  readonly before: string;
  readonly after: string;
}

export const memoryCell = ({ session }: Ledger): string => `log.${session.edition}`;

export const remembered = (ledger: Ledger): Promise<Memory | null> => read<Memory | null>(memoryCell(ledger), null);

async function signedTrust(version: number, size: number): Promise<SignedTrust> {
  const { index } = await logApi.trust(version);
  const { entry } = await logApi.inclusion(index, size);
  const value = readEntry(strictBase64(entry) ?? new Uint8Array());
  if (value?.["type"] !== "trust" || !Array.isArray(value["signatures"])) throw new BadTrust("the server shows another entry");
  return value as unknown as SignedTrust;
}

/**
 * What we remember, moved on to the key and root of trust in force. Raises BadTrust: no signed
 * documents lead there from what we remember.
 *
 * A log met for the first time is taken on trust, as is the log of a service that began anew: it
 * has another key and does not know who we were.
 */
export async function trusted(state: LogState, memory: Memory | null, { session, proof }: Ledger): Promise<Memory> {
  const { viewer } = session;
  const known = memory && (memory.viewer === viewer || memory.vkey === state.vkey) ? memory : null;
  let document = known?.trust ?? "";
  let trust = known ? parseTrust(document) : null;
  if (known?.vkey === state.vkey && trust?.version === state.trust) return known;
  for (let version = trust ? trust.version + 1 : state.trust; version <= state.trust; version++) {
    const signed = await signedTrust(version, state.size);
    trust = await checkTrust(signed, trust, proof);
    document = signed.document;
  }
  if (!trust?.log_keys.includes(state.vkey)) throw new BadTrust("the root of trust does not name that key");
  return { seen: null, evidence: [], ...known, vkey: state.vkey, trust: document, viewer };
}

export const keyFault = ({ message }: BadTrust, { vkey }: LogState): Fault =>
  logFault(`The public log is signed with a key that nobody entitled to has announced: ${message}.`, undefined, vkey);
