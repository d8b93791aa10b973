/** A server in sixty lines that signs, chains and de-duplicates; tests tell it how to cheat. */
import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { canonicalJson, parseCanonical, type CanonicalObject } from "../../src/receipts/canonical";
import { NO_DIGEST } from "../../src/receipts/proof";
import { LogServer } from "../../dev/log_server";
import type { EventsAnswer, Session, SlateAnswer, SlateAsk } from "../../src/edge/types";
import { video } from "../videos";

const sha = (data: string | Buffer) => createHash("sha256").update(data).digest();

export class SmallServer {
  readonly viewer: string;
  #keys = generateKeyPairSync("ed25519");
  #n = 0;
  #head: Buffer;
  #chain: string[] = [];
  #events = new Map<string, string>();
  #slates: { nonce: string; answer: SlateAnswer; id: string }[] = [];
  /** Requests seen, newest last. */
  readonly asks: SlateAsk[] = [];
  losesAnswers = 0;
  /** The epoch its receipts name, and the root they name for it. */
  epoch: { number: number; root: string } = { number: 1, root: NO_DIGEST };
  readonly log: LogServer;
  cheat: (answer: SlateAnswer) => SlateAnswer = (answer) => answer;

  constructor(viewer = "00112233445566778899aabbccddeeff") {
    this.viewer = viewer;
    this.#head = sha(`plainview events-v1 ${viewer}`);
    this.log = new LogServer("small", this.#raw());
  }

  #raw(): string {
    return this.#keys.publicKey.export({ format: "der", type: "spki" }).subarray(-32).toString("base64");
  }

  /** Sign receipts with another key from now on. */
  rotate(): string {
    this.#keys = generateKeyPairSync("ed25519");
    return this.#raw();
  }

  session(): Session {
    return {
      viewer: this.viewer, next_number: this.#slates.length + 1, previous: this.#slates.at(-1)?.id ?? NO_DIGEST,
      events: { n: this.#n, head: this.#head.toString("hex") }, public_key: this.#raw(), edition: "small",
      release: NO_DIGEST, policies: [{ name: "for-you", title: "", blurb: "", uses_profile: true }], creator: null,
      is_operator: false, is_demo: false, limits: { length_ms_max: 1, size_bytes_max: 1 }, slate_size: 2,
    };
  }

  append(event: CanonicalObject): string {
    this.#n += 1;
    const text = canonicalJson({ ...event, n: this.#n, at_ms: 1000 + this.#n });
    this.#head = sha(Buffer.concat([this.#head, Buffer.from(text)]));
    this.#chain.push(text);
    return text;
  }

  take(sent: CanonicalObject[]): EventsAnswer {
    const events = sent.map((event) => {
      const key = String(event["key"]);
      const text = this.#events.get(key) ?? this.append({ ...event, author: "viewer" });
      this.#events.set(key, text);
      return text;
    });
    return { events, n: this.#n, head: this.#head.toString("hex"), refused: [] };
  }

  slate(ask: SlateAsk): Response {
    this.asks.push(ask);
    const old = this.#slates[ask.number - 1];
    const next_number = this.#slates.length + 1;
    if (old && old.nonce !== ask.nonce) return this.#no(409, "number_taken", { next_number });
    if (!old && ask.number !== next_number) return this.#no(409, "number_gap", { next_number });
    if (!old) this.#issue(ask);
    const answer = (this.#slates[ask.number - 1] as { answer: SlateAnswer }).answer;
    if (this.losesAnswers-- > 0) throw new TypeError("connection lost");
    return Response.json(this.cheat(answer));
  }

  #issue(ask: SlateAsk): void {
    const first = 10 * ask.number;
    const videos = [video(String(first)), video(String(first + 1))];
    const receipt = canonicalJson({
      spec: "receipt-v1", edition: "small", release: NO_DIGEST, release_state: "unlogged", viewer: this.viewer, number: ask.number,
      nonce: ask.nonce, policy: ask.policy || "for-you", policy_digest: NO_DIGEST, chosen_by: ask.policy ? "viewer" : "default", arm: "", weights: NO_DIGEST, epoch: this.epoch.number,
      epoch_root: this.epoch.root, now_ms: Date.now(), context: { ...ask.context, size: ask.size }, events: { n: this.#n, head: this.#head.toString("hex") },
      hour: 0, hour_commitment: NO_DIGEST, candidates: NO_DIGEST, values: NO_DIGEST, features: NO_DIGEST, caught_up: 0,
      slate: videos.map(({ id }) => ({ video: id, slot: "ranked", source: "near", propensity: 2 ** 40, value: 1 })),
      previous: this.#slates.at(-1)?.id ?? NO_DIGEST,
    });
    const id = sha(receipt).toString("hex");
    const signature = sign(null, Buffer.from(`plainview receipt-v1\n${receipt}`), this.#keys.privateKey).toString("base64");
    const served = this.append({ kind: "served", author: "server", key: "", number: ask.number, receipt: id, epoch: 1, videos: videos.map((one) => one.id) });
    this.log.take(id, receipt);
    this.#slates.push({ nonce: ask.nonce, id, answer: { receipt, signature, served, videos, caught_up: false } });
  }

  #no(status: number, code: string, rest: object): Response {
    return Response.json({ error: { code, message: code, what_to_do: "", ...rest } }, { status });
  }

  /** Stands where `fetch` does. */
  fetch = async (path: string, init: { body?: string } = {}): Promise<Response> => {
    const body = JSON.parse(init.body ?? "{}") as never;
    if (path.endsWith("/session")) return Response.json(this.session());
    if (path.endsWith("/slate")) return this.slate(body);
    if (path.includes("/events?after=")) {
      const after = Number(path.split("=")[1]);
      return Response.json({ events: this.#chain.slice(after), n: this.#n, head: this.#head.toString("hex"), refused: [] });
    }
    if (path.endsWith("/events")) return Response.json(this.take(body["events"]));
    if (path.includes("/receipts?last=")) {
      const last = Number(path.split("=")[1]);
      const kept = this.#slates.slice(-last).toReversed();
      return Response.json({ receipts: kept.map(({ answer }) => ({ receipt: answer.receipt, signature: answer.signature })) });
    }
    if (path === "/tlog/checkpoint") return new Response(this.log.checkpoint());
    const { pathname, searchParams } = new URL(path, "http://small");
    const answer = this.log.answer(pathname, searchParams);
    return answer ? Response.json(answer.body, { status: answer.status }) : this.#no(404, "not_found", {});
  };

  numberOf = (receipt: string): number => Number(parseCanonical(receipt)["number"]);
}
