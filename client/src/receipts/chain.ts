/**
 * The viewer's own copy of the viewer's event chain: `head_n = SHA256(head_{n-1} || event_n)`.
 *
 * Every event the server says it wrote is added here, whoever wrote it. An event in this browser's
 * name that this browser never made is a fault: somebody else is writing what you "did".
 */
import { canonicalJson, parseCanonical, type CanonicalObject } from "./canonical";
import { fault, type Fault } from "./faults";
import { asBytes, fromHex, toHex, type Proof } from "./proof";

const RECENT_MAX = 256;

export interface Chain {
  readonly viewer: string;
  readonly n: number;
  readonly head: string;
  /** Heads after the last events, so that a receipt citing a slightly older one can be checked. */
  readonly recent: Readonly<Record<string, string>>;
  /** Events that came before the ones they follow. */
  readonly waiting: Readonly<Record<string, string>>;
  /** 0 when followed from the first event, else the event number taken on trust at the start. */
  readonly trusted_to: number;
}

/** What this browser knows it asked to be written, by key. */
export type Made = (key: string) => CanonicalObject | undefined;

export async function genesis(viewer: string, proof: Proof): Promise<string> {
  return toHex(await proof.sha256(asBytes(`plainview events-v1 ${viewer}`)));
}

export async function beginChain(viewer: string, proof: Proof): Promise<Chain> {
  const head = await genesis(viewer, proof);
  return { viewer, n: 0, head, recent: { 0: head }, waiting: {}, trusted_to: 0 };
}

/** Go on from a head this browser cannot recompute (its storage was cleared, or another device). */
export function adopt(chain: Chain, n: number, head: string): Chain {
  const waiting = Object.fromEntries(
    Object.entries(chain.waiting).filter(([at]) => Number(at) > n),
  );
  return { ...chain, n, head, recent: { ...chain.recent, [n]: head }, waiting, trusted_to: n };
}

export async function extendHead(head: string, event: string, proof: Proof): Promise<string> {
  const before = fromHex(head);
  const after = asBytes(event);
  const joined = new Uint8Array(before.length + after.length);
  joined.set(before);
  joined.set(after, before.length);
  return toHex(await proof.sha256(joined));
}

function strangeness(event: CanonicalObject, made: Made): Fault | null {
  if (event["author"] !== "viewer") return null;
  const key = String(event["key"] ?? "");
  const mine = made(key);
  const what = String(event["kind"]);
  if (!mine)
    return {
      stage: "events",
      message: `The server recorded “${what}” in your name. This browser did not do that.`,
      what_to_do: "Keep the evidence. If you use this account nowhere else, someone wrote it for you.",
    };
  const differing = Object.keys(mine).find(
    (name) => canonicalJson(mine[name]) !== canonicalJson(event[name] ?? ""),
  );
  if (differing === undefined) return null;
  return {
    stage: "events",
    message: `The server recorded your “${what}” with a different ${differing} than you sent.`,
    what_to_do: "Keep the evidence and show it to whoever runs this service.",
    expected: String(mine[differing]),
    found: String(event[differing] ?? "nothing"),
  };
}

function numberOf(event: string): number | null {
  try {
    return Number(parseCanonical(event)["n"]);
  } catch {
    return null;
  }
}

/**
 * Add canonical events, in any order and any number of times.
 *
 * Returns: the longer chain, and a fault for each event that cannot be right. Events ahead of a gap
 * are kept in `waiting` and counted neither in `n` nor in `head`.
 */
export async function absorb(
  chain: Chain,
  events: readonly string[],
  made: Made,
  proof: Proof,
): Promise<[Chain, Fault[]]> {
  const faults: Fault[] = [];
  const waiting: Record<string, string> = { ...chain.waiting };
  for (const text of events) {
    const n = numberOf(text);
    if (n === null) faults.push(fault("events", "The server sent an event that cannot be read."));
    else if (n > chain.n) waiting[n] = text;
  }
  let { n, head } = chain;
  const recent: Record<string, string> = { ...chain.recent };
  for (let next = waiting[n + 1]; next !== undefined; next = waiting[n + 1]) {
    const strange = strangeness(parseCanonical(next), made);
    if (strange) faults.push(strange);
    n += 1;
    head = await extendHead(head, next, proof);
    delete waiting[n];
    recent[n] = head;
    delete recent[n - RECENT_MAX];
  }
  return [{ ...chain, n, head, recent, waiting }, faults];
}
