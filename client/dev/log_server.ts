/** The log's HTTP over a `SmallLog`: what the client asks for, and levers to answer it wrongly. */
import { createHash } from "node:crypto";
import { canonicalJson } from "../src/receipts/canonical.ts";
import { inclusionPath, Signer, SmallLog, treeRoot } from "./small_log.ts";

const sha = (...parts: (string | Buffer)[]): Buffer => {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(part);
  return hash.digest();
};
const ZEROS = "0".repeat(64);

interface Answer {
  readonly status: number;
  readonly body: unknown;
}
interface Logged {
  readonly salt: string;
  readonly interval: number;
  readonly index: number;
  readonly path: string[];
  readonly entry: number;
}

const ok = (body: unknown): Answer => ({ status: 200, body });
const no = (status: number, code: string): Answer => ({ status, body: { error: { code, message: code, what_to_do: "" } } });

export class LogServer {
  readonly log: SmallLog;
  readonly root = new Signer("root");
  isStalled = false;
  /** How many entries are published; the log may hold more. */
  published = 0;
  now_ms = Date.now;
  trusts: number[] = [];
  epochs = new Map<number, number>();
  places = new Map<string, Logged>();
  #waiting: [id: string, receipt: string][] = [];
  #intervals = 0;

  constructor(readonly edition: string, readonly receiptKey: string) {
    this.log = new SmallLog(`plainview/${edition}`);
    this.announce([this.root]);
    this.freeze(ZEROS);
  }

  #append(fields: Record<string, unknown>): number {
    const index = this.log.append(canonicalJson({ spec: "log-v1", at_ms: this.now_ms(), ...fields }));
    if (!this.isStalled) this.published = this.log.size;
    return index;
  }

  /** A new root of trust with the log's key and witnesses as they are, signed by these root keys. */
  announce(roots: readonly Signer[], change: Record<string, unknown> = {}): void {
    const version = this.trusts.length + 1;
    const names = this.log.witnesses.map((_, i) => `w${i}`);
    const group = names.length ? `group all ${names.length} ${names.join(" ")}\nquorum all\n` : "quorum none\n";
    const document = canonicalJson({
      spec: "trust-v1", edition: this.edition, version, receipt_keys: [this.receiptKey], log_keys: [this.log.signer.vkey],
      policy: `log ${this.log.signer.vkey}\n${this.log.witnesses.map(({ vkey }, i) => `witness w${i} ${vkey}\n`).join("")}${group}`,
      root_keys: [this.root.raw.toString("base64")], threshold: 1, retention_days: 90, grace_ms: 20_000, promise_ms: 60_000, at_ms: 1, ...change,
    });
    const signatures = roots.map((root) => ({ key: root.raw.toString("base64"), signature: root.signs(`plainview trust-v1\n${document}`).toString("base64") }));
    this.trusts.push(this.#append({ type: "trust", version, document, signatures }));
  }

  freeze(root: string): number {
    const number = this.epochs.size + 1;
    this.epochs.set(number, this.#append({ type: "epoch", number, root, previous_root: ZEROS, weights: ZEROS, decisions: 0, frozen_ms: this.now_ms() }));
    return number;
  }

  take(id: string, receipt: string): void {
    this.#waiting.push([id, receipt]);
  }

  /** Log what was taken as one interval. */
  close(): void {
    if (!this.#waiting.length) return;
    const salts = this.#waiting.map(([id]) => sha("salt", id));
    const leaves = this.#waiting.map(([, receipt], i) => sha(salts[i] as Buffer, receipt));
    this.#intervals += 1;
    const receipts = { count: leaves.length, root: treeRoot(leaves).toString("hex") };
    const entry = this.#append({ type: "interval", number: this.#intervals, from_ms: 0, to_ms: this.now_ms(), receipts, events: { count: 0, root: treeRoot([]).toString("hex") } });
    this.#waiting.forEach(([id], index) => {
      const path = inclusionPath(index, leaves).map((hash) => hash.toString("hex"));
      this.places.set(id, { salt: (salts[index] as Buffer).toString("hex"), interval: this.#intervals, index, path, entry });
    });
    this.#waiting = [];
  }

  /** Go on publishing after a stall. */
  resume(): void {
    this.isStalled = false;
    this.published = this.log.size;
  }

  checkpoint(): string {
    return this.log.checkpoint(this.published, Math.floor(this.now_ms() / 1000));
  }

  /** `null` where the path is not the log's. */
  answer(path: string, query: URLSearchParams): Answer | null {
    const number = (name: string) => Number(query.get(name));
    const [, ask, what] = /^\/api\/v1\/log(?:\/(\w+)(?:\/(\d+))?)?$/.exec(path) ?? [];
    const place = /^\/api\/v1\/receipts\/(\w+)\/proof$/.exec(path)?.[1];
    if (place) {
      const found = this.places.get(place);
      return found && found.entry < this.published ? ok(found) : no(409, "not_logged_yet");
    }
    if (path === "/api/v1/log") return ok(this.state());
    if (ask === "consistency") return ok({ proof: this.log.consistency(number("from"), number("to")) });
    if (ask === "inclusion" && number("index") >= number("size")) return no(404, "no_such_entry");
    if (ask === "inclusion") return ok(this.log.inclusion(number("index"), number("size")));
    const index = ask === "epoch" ? this.epochs.get(Number(what)) : ask === "trust" ? this.trusts[Number(what) - 1] : undefined;
    return index !== undefined ? ok({ index }) : ask ? no(404, `no_such_${ask}`) : null;
  }

  state() {
    return {
      origin: this.log.origin, vkey: this.log.signer.vkey, size: this.published, root: this.log.root(this.published).toString("hex"),
      at_ms: this.now_ms(), is_stalled: this.isStalled, trust: this.trusts.length, witnesses: [],
    };
  }
}
