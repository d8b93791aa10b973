/**
 * What a feed begins with where it does not just ask: the video of a permalink; the columns as they
 * were in this tab when its page was hidden, so that of what was chosen nothing is lost unseen; in any
 * tab what those one follows had sent and one did not see; or a wait.
 */
import { left, withColumns, withLinked } from "../feed/columns";
import { CLOSED, type Column, type Feed, type Item } from "../feed/state";
import { isSignedByOne } from "../receipts/compare";
import { digestOf } from "../receipts/proof";
import { parseReceipt } from "../receipts/receipt";
import { health, Refused } from "./api";
import { nowMs, sleep } from "./clock";
import { desk, isComeBack, UNSEEN } from "./desk.svelte";
import { firstFrame } from "./first_frame";
import type { Kept, Ledger } from "./ledger";
import { more } from "./more_api";
import { receiptKeys } from "./receipt_keys";
import { choices } from "./store";

const NAME = "plainview.columns";
const RENEWED = "plainview.renewed";
/** A page that is not whole after it was loaded again will not be by loading it again and again. */
const RENEWED_MS = 60_000;
/** What was chosen longer ago is not what would be chosen now. */
const KEPT_MS = 30 * 60_000;
/** What one follows would be chosen still, and is sent once only. */
const FOLLOWING = "following";
export const UNSEEN_MS = 7 * 24 * 60 * 60_000;
const READY_MS = 1000;
/** Receipts among which those of a place are looked for: other tabs keep theirs there too. */
const HELD_MAX = 60;

export interface Place {
  readonly viewer: string;
  readonly at_ms: number;
  readonly columns: readonly Column[];
}

/** A column without what was opened by its link, which has the link for its place. */
function chosenOf(column: Column): Column {
  const items = column.items.filter((item) => item.receipt);
  const at = column.items.slice(0, column.at).filter((item) => item.receipt).length;
  return { ...column, items, at };
}

export function placeOf(viewer: string, feed: Feed, at_ms: number): Place {
  return { viewer, at_ms, columns: [feed, ...feed.kept].map((column) => chosenOf(left(column))) };
}

/** What was sent of those one follows and not seen; null where that feed was not looked at. */
export function unseenOf(viewer: string, feed: Feed, at_ms: number): Place | null {
  const column = [feed, ...feed.kept].find(({ policy }) => policy === FOLLOWING);
  if (!column) return null;
  const items = column.items.slice(column.at).filter((item) => item.receipt && item.video.is_followed);
  return { viewer, at_ms, columns: [{ policy: FOLLOWING, items, at: 0, is_asking: false, is_caught_up: false }] };
}

/** The columns of a place that have something left to see; none of another viewer's or of one long left. */
export function columnsFrom(place: Place | null, viewer: string, now_ms: number, kept_ms = KEPT_MS): readonly Column[] {
  if (place?.viewer !== viewer || now_ms - place.at_ms >= kept_ms) return [];
  // What was asked for before is not on its way any more.
  return place.columns.filter(({ items, at }) => items[at]).map((column) => ({ ...column, is_asking: false }));
}

export function keepPlace(): void {
  const { session, feed } = desk;
  if (!session) return;
  const unseen = unseenOf(session.viewer, feed, nowMs());
  if (unseen?.columns[0]?.items.length) choices.set(UNSEEN, JSON.stringify(unseen));
  else if (unseen) choices.drop(UNSEEN);
  try {
    sessionStorage.setItem(NAME, JSON.stringify(placeOf(session.viewer, feed, nowMs())));
  } catch {
    // Storage is refused or full: a reload begins anew.
  }
}

function placeIn(read: () => string | null): Place | null {
  try {
    return JSON.parse(read() ?? "null") as Place | null;
  } catch {
    return null;
  }
}

/** Where this tab was if it is loaded again, and of what one follows what was not seen when the last page was hidden. */
function columnsKept(viewer: string): readonly Column[] {
  const now = nowMs();
  const here = isComeBack() ? columnsFrom(placeIn(() => sessionStorage.getItem(NAME)), viewer, now) : [];
  const unseen = columnsFrom(placeIn(() => choices.get(UNSEEN)), viewer, now, UNSEEN_MS);
  return [...here, ...unseen.filter(({ policy }) => !here.some((column) => column.policy === policy))];
}

/** This page is about to be loaded again, because the service has a newer version of it. */
export function renewed(): void {
  try {
    sessionStorage.setItem(RENEWED, String(nowMs()));
  } catch {
    // Storage is refused: it is loaded again whenever a part is missing.
  }
}

export function isRenewed(): boolean {
  try {
    return nowMs() - Number(sessionStorage.getItem(RENEWED)) < RENEWED_MS;
  } catch {
    return false;
  }
}

/** The column that `policy` begins with, if not with nothing; those of other feeds follow by themselves. */
export async function columnAt(video: string | null, viewer: string, policy: string): Promise<Column | undefined> {
  const isOpen = () => desk.feed.policies.length > 0;
  const [item, back] = await Promise.all([video ? linked(video) : null, isOpen() ? undefined : columnBack(viewer, policy)]);
  const column = isOpen() ? left(desk.feed) : back;
  return item ? withLinked(column ?? { ...CLOSED, policy }, item) : column;
}

async function columnBack(viewer: string, policy: string): Promise<Column | undefined> {
  const { ledger } = desk;
  if (!ledger) return undefined;
  const columns = columnsKept(viewer);
  const isHere = (column: Column) => column.policy === policy;
  const [own] = await checked(columns.filter(isHere), ledger);
  const { last } = desk.seal;
  if (last) void firstFrame.then(() => import("./quiet")).then((quiet) => quiet.arrived(last.number), Boolean);
  if (own && isRenewed()) desk.send({ kind: "said", text: "Plainview was updated. Try that again" });
  void checked(columns.filter((column) => !isHere(column)), ledger).then((others) => (desk.feed = withColumns(desk.feed, others)));
  return own;
}

/** Those of `columns` whose receipts are at hand and check again; the seal counts these receipts. */
async function checked(columns: readonly Column[], ledger: Ledger): Promise<Column[]> {
  const found: Column[] = [];
  for (const column of columns) {
    const kept = await receiptsOf(column.items, ledger).catch(() => null);
    const newest = kept?.at(-1);
    if (!kept || !newest) continue;
    found.push(column);
    const { checked, last } = desk.seal;
    desk.reseal({ checked: checked + kept.length, last: last && last.number > newest.number ? last : newest });
  }
  return found;
}

/**
 * The kept receipts that `items` stand in, oldest first, checked again: each is signed and has these
 * videos in these places. Null if one is not at hand or is not so.
 */
async function receiptsOf(items: readonly Item[], ledger: Ledger): Promise<Kept[] | null> {
  const ids = [...new Set(items.map((item) => item.receipt))];
  const held = await ledger.last(HELD_MAX);
  const kept = ids.flatMap((id) => held.filter((one) => one.id === id));
  const keys = await receiptKeys(ledger);
  for (const { id, receipt, signature } of kept) {
    if (!(await isSignedByOne(receipt, signature, keys, ledger.proof))) return null;
    if ((await digestOf(receipt, ledger.proof)) !== id || !isIn(receipt, items.filter((item) => item.receipt === id))) return null;
  }
  return kept.length === ids.length ? kept : null;
}

export function isIn(receipt: string, items: readonly Item[]): boolean {
  const { slate } = parseReceipt(receipt);
  return items.every((item) => slate[item.position]?.video === item.video.id);
}

/** Nothing can be shown yet: say how far it is, until something can. */
export async function untilReady(): Promise<void> {
  for (;;) {
    const facts = await health();
    if (desk.feed.phase !== "making") return;
    if (facts?.ready) return desk.send({ kind: "ready" });
    if (facts) desk.send({ ...facts, kind: "made" });
    await sleep(READY_MS);
  }
}

async function linked(id: string): Promise<Item | null> {
  try {
    return { key: `link.${id}`, number: 0, receipt: "", position: 0, policy: "", video: await more.video(id) };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    // What plays instead is not at that address.
    history.replaceState(history.state, "", "/");
    desk.send({ kind: "said", text: error.status === 410 ? "That video was removed" : "There is no such video" });
    return null;
  }
}
