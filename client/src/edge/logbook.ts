/**
 * This browser's own record of the public log: what it saw of it last, under which keys, and which
 * receipts and catalogues it found in it. Nothing waits for this: it runs behind the feed.
 */
import type { CanonicalObject } from "../receipts/canonical";
import type { Fault } from "../receipts/faults";
import {
  claimOf, epochFault, growthFault, inclusionFault, lateFault, logFault, LOGGED_WITHIN_MS, placeFault, readEntry, staleFault,
  unloggedEpochFault, type Claim,
} from "../receipts/logged";
import { fromHex, toHex } from "../receipts/proof";
import { BadTrust, parseTrust, witnessesOf, type Trust } from "../receipts/trust";
import { openCheckpoint, type Checkpoint, type Cosigned, type Opened } from "../tlog/checkpoint";
import { BadNote, readVkey, strictBase64, type Vkey } from "../tlog/note";
import { Refused } from "./api";
import { inLine, nowMs } from "./clock";
import type { Kept, Ledger } from "./ledger";
import { logApi } from "./log_api";
import { read, update } from "./store";
import { keyFault, memoryCell, remembered, trusted, type Evidence, type Memory } from "./trusted";

/** Where a receipt stands: index of its interval's entry, that entry's time, index of its epoch's. */
export interface Mark {
  readonly number: number;
  readonly epoch?: number;
  readonly entry?: number;
  readonly at_ms?: number;
  readonly isWrong?: true;
}

export type Marks = Readonly<Record<string, Mark>>;

export interface Standing {
  /** `first`: this browser sees the log for the first time. `unchecked`: it could not be asked. */
  readonly state: "asking" | "first" | "follows" | "wrong" | "unchecked";
  readonly size: number;
  readonly cosigned: readonly Cosigned[];
  readonly witnesses: number;
  readonly is_stalled: boolean;
  /** Since when no check went through, 0 when the last one did. */
  readonly unchecked_since_ms: number;
  readonly marks: Marks;
  /** The newest receipt and its epoch. */
  readonly newest: { readonly id: string; readonly number: number; readonly epoch: number } | null;
}

export const UNKNOWN: Standing = {
  state: "asking", size: 0, cosigned: [], witnesses: 0, is_stalled: false, unchecked_since_ms: 0, marks: {}, newest: null,
};

const DAY_MS = 86_400_000;
/** A receipt is not asked for before it can be there: the log takes what came about once a second. */
const SOON_MS = 2500;
/** Receipts looked at in one round, and marks kept. */
const ROUND_MAX = 12;
const MARKS_MAX = 400;
const EVIDENCE_MAX = 20;

/** What the server says or signed contradicts itself; carries the fault. */
class Contradiction extends Error {
  constructor(readonly fault: Fault) {
    super(fault.message);
  }
}

function must(fault: Fault | null): void {
  if (fault) throw new Contradiction(fault);
}

const isCode = (error: unknown, ...codes: string[]): boolean => error instanceof Refused && codes.includes(error.code);

function hashes(coded: readonly string[]): Uint8Array[] {
  // What is no base64 is no hash either: the proof fails, as it should.
  return coded.map((text) => strictBase64(text) ?? new Uint8Array());
}

export class Logbook {
  standing: Standing = UNKNOWN;
  readonly #ledger: Ledger;
  readonly #noticed: (fault: Fault, item: Kept | null) => void;
  readonly #shown: (standing: Standing) => void;
  #told = new Set<string>();
  #epochs = new Map<number, { index: number; entry: CanonicalObject | null }>();
  #trusted = 0;
  /** How long the service says that it keeps what receipts name. */
  #kept_ms = 0;
  /** Since when the log runs as it should: what was served before has a minute from here. */
  #calm_since_ms = nowMs();

  /**
   * `noticed` hears of each fault once, with the receipt it is about where it is about one; `shown`
   * of each change of `standing`.
   */
  constructor(
    ledger: Ledger,
    noticed: (fault: Fault, item: Kept | null) => void,
    shown: (standing: Standing) => void = () => undefined,
  ) {
    this.#ledger = ledger;
    this.#noticed = noticed;
    this.#shown = shown;
  }

  get #cell(): string {
    return memoryCell(this.#ledger);
  }

  get #marks(): string {
    return `logged.${this.#ledger.session.viewer}`;
  }

  memory(): Promise<Memory | null> {
    return remembered(this.#ledger);
  }

  /**
   * The viewer has read that the log contradicts what it said before. What was signed is kept as
   * evidence; from here on the log is taken as it stands now.
   */
  async goOn(): Promise<void> {
    if (this.standing.state !== "wrong") return;
    await update<Memory | null>(this.#cell, null, (kept) => kept && { ...kept, seen: null });
    this.#epochs.clear();
    this.#told.clear();
    this.#say({ state: "asking" });
    await this.look();
  }

  /** One round. Says whether receipts are left that the log may hold in a moment. */
  async look(): Promise<boolean> {
    try {
      // In line with other tabs: what was seen must not change between asking and comparing.
      const head = await inLine("log", () => this.#follow());
      const isPending = await this.#receipts(head);
      this.#say({ unchecked_since_ms: 0 });
      return isPending || this.standing.is_stalled;
    } catch (error) {
      if (error instanceof Contradiction) {
        await this.#tell(error.fault, null);
        this.#say({ state: "wrong", unchecked_since_ms: 0 });
        return false;
      }
      // Offline, refused, or an answer of another shape: all of it means "could not be checked".
      const { state, unchecked_since_ms } = this.standing;
      this.#calm_since_ms = nowMs();
      this.#say({ state: state === "wrong" ? state : "unchecked", unchecked_since_ms: unchecked_since_ms || nowMs() });
      return true;
    }
  }

  #say(change: Partial<Standing>): void {
    this.standing = { ...this.standing, ...change };
    this.#shown(this.standing);
  }

  async #tell(fault: Fault, item: Kept | null): Promise<void> {
    const name = `${fault.about ?? ""} ${fault.message}`;
    if (this.#told.has(name)) return;
    this.#told.add(name);
    this.#noticed(fault, item);
  }

  /** Keys, checkpoint, and that the log only grew. */
  async #follow(): Promise<Checkpoint> {
    const state = await logApi.state();
    const memory = await trusted(state, await this.memory(), this.#ledger).catch((error: unknown) => {
      throw error instanceof BadTrust ? new Contradiction(keyFault(error, state)) : error;
    });
    const trust = parseTrust(memory.trust);
    this.#kept_ms = trust.retention_days * DAY_MS;
    const witnesses = await witnessesOf(trust.policy, this.#ledger.proof);
    const note = await logApi.checkpoint();
    const { checkpoint, cosigned } = await this.#open(note, memory.vkey, witnesses);
    await this.#grew(memory, checkpoint, note);
    await this.#trustIsLogged(trust, memory, checkpoint);
    this.#say({
      state: memory.seen ? "follows" : "first",
      size: checkpoint.size, cosigned, witnesses: witnesses.length, is_stalled: state.is_stalled,
    });
    return checkpoint;
  }

  async #open(note: string, vkey: string, witnesses: readonly Vkey[]): Promise<Opened> {
    try {
      return await openCheckpoint(note, await readVkey(vkey, this.#ledger.proof), witnesses, this.#ledger.proof);
    } catch (error) {
      if (!(error instanceof BadNote)) throw error;
      throw new Contradiction(logFault(`The public log’s statement of what is in it does not hold: ${error.message}.`));
    }
  }

  /** Compare with the last checkpoint seen, and see this one from now on if it follows. */
  async #grew(memory: Memory, now: Checkpoint, note: string): Promise<void> {
    const { seen } = memory;
    if (seen) {
      const old = { size: seen.size, root: fromHex(seen.root) };
      const path = now.size > old.size && old.size > 0 ? (await logApi.consistency(old.size, now.size)).proof : [];
      const fault = await growthFault(old, now, hashes(path), this.#ledger.proof);
      if (fault) {
        await this.#keepEvidence(memory, { at_ms: nowMs(), fault, before: seen.note, after: note });
        throw new Contradiction(fault);
      }
    }
    const next: Memory = { ...memory, seen: { size: now.size, root: toHex(now.root), note } };
    await update<Memory | null>(this.#cell, null, (kept) => ({ ...next, evidence: kept?.evidence ?? [] }));
  }

  async #keepEvidence(memory: Memory, evidence: Evidence): Promise<void> {
    const isKnown = (one: Evidence) => one.fault.message === evidence.fault.message && one.before === evidence.before;
    await update<Memory | null>(this.#cell, null, (kept) => {
      const before = kept?.evidence ?? [];
      return { ...memory, evidence: before.some(isKnown) ? before : [...before, evidence].slice(-EVIDENCE_MAX) };
    });
  }

  /** The root of trust is itself in the log, and names the key that signs our receipts. */
  async #trustIsLogged(trust: Trust, { trust: document }: Memory, head: Checkpoint): Promise<void> {
    if (this.#trusted === trust.version) return;
    const { index } = await logApi.trust(trust.version);
    const entry = await this.#entry(index, head);
    if (entry?.["type"] !== "trust" || entry["document"] !== document)
      throw new Contradiction(logFault("The public log holds another root of trust than the one this browser was given.", document.slice(0, 120), String(entry?.["document"]).slice(0, 120)));
    const { public_key, edition } = this.#ledger.session;
    if (trust.edition !== edition || !trust.receipt_keys.includes(public_key))
      throw new Contradiction({
        ...logFault("Your receipts are signed with a key that is not in the public log: others may be given another one.", trust.receipt_keys.join(", "), public_key),
        stage: "key",
      });
    this.#trusted = trust.version;
  }

  /** The entry at `index`, proven to be in the checkpoint's tree; null where it is none of ours. */
  async #entry(index: number, head: Checkpoint): Promise<CanonicalObject | null> {
    const { entry, proof } = await logApi.inclusion(index, head.size);
    const bytes = strictBase64(entry) ?? new Uint8Array();
    must(await inclusionFault({ index, entry: bytes, path: hashes(proof) }, head, this.#ledger.proof));
    return readEntry(bytes);
  }

  /** Look for the newest receipts that are not marked yet. */
  async #receipts(head: Checkpoint): Promise<boolean> {
    const kept = (await this.#ledger.last(ROUND_MAX)).filter(({ at_ms }) => at_ms > nowMs() - this.#kept_ms);
    let marks = await read<Marks>(this.#marks, {});
    let isPending = false;
    if (this.standing.is_stalled) this.#calm_since_ms = nowMs();
    for (const item of kept) {
      const mark = await this.#look(item, marks[item.id] ?? { number: item.number }, head);
      if (mark !== marks[item.id]) marks = await this.#mark(item.id, mark);
      isPending ||= !mark.isWrong && (mark.epoch === undefined || mark.entry === undefined);
      this.#say({ marks });
    }
    const [newest] = kept;
    if (newest) this.#say({ newest: { id: newest.id, number: newest.number, epoch: claimOf(newest.receipt).epoch } });
    return isPending;
  }

  #mark(id: string, mark: Mark): Promise<Marks> {
    return update<Marks>(this.#marks, {}, (marks) => {
      const all = Object.entries({ ...marks, [id]: mark }).sort(([, a], [, b]) => b.number - a.number);
      return Object.fromEntries(all.slice(0, MARKS_MAX));
    });
  }

  async #look(item: Kept, mark: Mark, head: Checkpoint): Promise<Mark> {
    if (mark.isWrong || (mark.epoch !== undefined && mark.entry !== undefined)) return mark;
    const claim = claimOf(item.receipt);
    const isLate = nowMs() > Math.max(item.at_ms, this.#calm_since_ms) + LOGGED_WITHIN_MS;
    try {
      const epoch = mark.epoch ?? (await this.#epoch(claim, head, isLate));
      const place = await this.#place(item, claim, head, isLate);
      return { ...mark, ...(epoch === null ? {} : { epoch }), ...place };
    } catch (error) {
      if (!(error instanceof Contradiction)) throw error;
      await this.#tell({ ...error.fault, about: item.number }, item);
      return { ...mark, isWrong: true };
    }
  }

  /** Index of the epoch's entry, or null where the server says: in a moment. */
  async #epoch(claim: Claim, head: Checkpoint, isLate: boolean): Promise<number | null> {
    let known = this.#epochs.get(claim.epoch);
    if (!known) {
      let index: number;
      try {
        index = (await logApi.epoch(claim.epoch)).index ?? Infinity;
      } catch (error) {
        if (!isCode(error, "no_such_epoch")) throw error;
        index = Infinity;
      }
      if (index >= head.size && isLate) must(unloggedEpochFault(claim));
      if (index >= head.size) return null;
      known = { index, entry: await this.#entry(index, head) };
      this.#epochs.set(claim.epoch, known);
    }
    must(epochFault(claim, known.entry));
    must(staleFault(claim, await this.#after(claim.epoch, head)));
    return known.index;
  }

  /** The entry of the epoch after that one, if the log has it already. */
  async #after(epoch: number, head: Checkpoint): Promise<CanonicalObject | null> {
    const known = this.#epochs.get(epoch + 1);
    if (known) return known.entry;
    const found = await logApi.epoch(epoch + 1).catch((error: unknown) => {
      if (isCode(error, "no_such_epoch")) return null;
      throw error;
    });
    const index = found?.index ?? Infinity;
    return index < head.size ? this.#entry(index, head) : null;
  }

  async #place(item: Kept, claim: Claim, head: Checkpoint, isLate: boolean): Promise<Pick<Mark, "entry" | "at_ms">> {
    if (nowMs() < item.at_ms + SOON_MS) return {};
    const place = await logApi.place(item.id).catch((error: unknown) => {
      if (isCode(error, "not_logged_yet", "not_found")) return null;
      throw error;
    });
    const isThere = place !== null && place.entry < head.size;
    if (!isThere && isLate) must(lateFault(item.number));
    if (!isThere) return {};
    const entry = await this.#entry(place.entry, head);
    must(await placeFault(claim, place, entry, this.#ledger.proof));
    return { entry: place.entry, at_ms: Number(entry?.["at_ms"]) };
  }
}
