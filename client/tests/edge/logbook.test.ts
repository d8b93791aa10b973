import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Signer } from "../../dev/small_log";
import type { Logbook as LogbookType, Standing } from "../../src/edge/logbook";
import type { Ledger as LedgerType } from "../../src/edge/ledger";
import type { Fault } from "../../src/receipts/faults";
import { proof } from "../proof";
import { SmallServer } from "./small_server";

const START_MS = 1_790_000_000_000;
const OTHER_ROOT = "ab".repeat(32);

let server: SmallServer;

interface Tab {
  ledger: LedgerType;
  book: LogbookType;
  faults: Fault[];
  /** Faults that the ledger found. */
  noticed: Fault[];
  /** Slates that a fault was told about. */
  about: (number | null)[];
  ask(): Promise<void>;
  look(): Promise<boolean>;
  standing(): Standing;
}

/** With `isFresh` the browser has empty storage; else it is a later visit of the same browser. */
async function openTab(isFresh = false): Promise<Tab> {
  if (isFresh) vi.resetModules();
  const [{ Ledger }, { Logbook }] = await Promise.all([import("../../src/edge/ledger"), import("../../src/edge/logbook")]);
  const noticed: Fault[] = [];
  const ledger = new Ledger(server.session(), proof, async () => () => undefined, (found) => void noticed.push(...found));
  const faults: Fault[] = [];
  const about: (number | null)[] = [];
  const book = new Logbook(ledger, (found, item) => {
    faults.push(found);
    about.push(item?.number ?? null);
  });
  const ask = async () => {
    await ledger.ask("for-you", async () => undefined);
    vi.setSystemTime(Date.now() + 2500);
  };
  return { ledger, book, faults, noticed, about, ask, look: () => book.look(), standing: () => book.standing };
}

beforeEach(() => {
  vi.useFakeTimers({ now: START_MS });
  server = new SmallServer();
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("navigator", { language: "en-GB" });
});
afterEach(() => void vi.useRealTimers());

const messages = (tab: Tab) => tab.faults.map(({ message }) => message).join(" | ");
const marks = (tab: Tab) => Object.values(tab.standing().marks);

describe("an honest log", () => {
  test("is followed without fault while it grows, and receipts are found in it", async () => {
    const tab = await openTab(true);
    await tab.ask();
    expect(await tab.look()).toBe(true);
    expect([tab.standing().state, tab.standing().size, marks(tab)]).toEqual(["first", 2, [{ number: 1, epoch: 1 }]]);
    server.log.close();
    expect(await tab.look()).toBe(false);
    expect([tab.standing().state, tab.standing().size, marks(tab)]).toEqual(["follows", 3, [{ number: 1, epoch: 1, entry: 2, at_ms: START_MS + 2500 }]]);
    server.epoch = { number: server.log.freeze(OTHER_ROOT), root: OTHER_ROOT };
    await tab.ask();
    await tab.ask();
    server.log.close();
    expect(await tab.look()).toBe(false);
    expect(marks(tab).map(({ number, epoch, entry }) => [number, epoch, entry])).toEqual([[3, 3, 4], [2, 3, 4], [1, 1, 2]]);
    expect(tab.standing().newest).toMatchObject({ number: 3, epoch: 2 });
    expect(tab.faults).toEqual([]);
  });

  test("is held against what was seen on an earlier visit", async () => {
    await (await openTab(true)).look();
    server.log.freeze(OTHER_ROOT);
    const later = await openTab();
    await later.look();
    expect([later.standing().state, later.faults]).toEqual(["follows", []]);
  });

  test("names the witnesses that cosigned it", async () => {
    const tab = await openTab(true);
    server.log.log.witnesses = [new Signer("library.example", 4)];
    server.log.announce([server.log.root]);
    await tab.look();
    expect(tab.standing()).toMatchObject({ witnesses: 1, cosigned: [{ name: "library.example" }] });
  });

  test("that cannot be reached is no fault, and says since when", async () => {
    const tab = await openTab(true);
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("offline")));
    expect(await tab.look()).toBe(true);
    vi.setSystemTime(START_MS + 30_000);
    await tab.look();
    expect(tab.standing()).toMatchObject({ state: "unchecked", unchecked_since_ms: START_MS });
    vi.stubGlobal("fetch", server.fetch);
    await tab.look();
    expect(tab.standing()).toMatchObject({ state: "first", unchecked_since_ms: 0 });
    expect(tab.faults).toEqual([]);
  });

  test("answers of another shape are no fault either", async () => {
    const tab = await openTab(true);
    vi.stubGlobal("fetch", async () => Response.json({}));
    await tab.look();
    expect([tab.standing().state, tab.faults]).toEqual(["unchecked", []]);
  });
});

describe("a log that lies", () => {
  const seen = async (): Promise<Tab> => {
    const tab = await openTab(true);
    await tab.ask();
    server.log.close();
    await tab.look();
    expect(tab.faults).toEqual([]);
    return tab;
  };

  test("by going back", async () => {
    const tab = await seen();
    server.log.published -= 1;
    await tab.look();
    expect(messages(tab)).toContain("went back");
    expect(tab.faults[0]).toMatchObject({ stage: "log", expected: "3 entries", found: "2 entries" });
  });

  test("by two histories of one length", async () => {
    const tab = await seen();
    server.log.log.entries[1] = Buffer.from("rewritten");
    await tab.look();
    expect(messages(tab)).toContain("two public logs");
  });

  test("by a longer history that does not begin with the one seen, told once, with both signed statements kept", async () => {
    const tab = await seen();
    const before = server.log.checkpoint();
    server.log.log.entries[1] = Buffer.from("rewritten");
    server.log.freeze(OTHER_ROOT);
    await tab.look();
    await tab.look();
    expect(messages(tab)).toMatch(/^The public log was rewritten: its first 3 entries[^|]*$/);
    expect(tab.standing().state).toBe("wrong");
    const memory = await tab.book.memory();
    expect(memory?.evidence).toHaveLength(1);
    expect(memory?.evidence[0]).toMatchObject({ before, after: server.log.checkpoint() });
    expect(memory?.seen?.note).toBe(before);
  });

  test("and once that has been read the log is taken as it stands, with what was signed kept", async () => {
    const tab = await seen();
    const before = server.log.checkpoint();
    server.log.log.entries[1] = Buffer.from("rewritten");
    server.log.freeze(OTHER_ROOT);
    await tab.look();
    await tab.book.goOn();
    expect([tab.standing().state, tab.standing().size, tab.faults.length]).toEqual(["first", 4, 1]);
    server.log.freeze(OTHER_ROOT);
    await tab.look();
    expect([tab.standing().state, tab.faults.length]).toEqual(["follows", 1]);
    expect((await tab.book.memory())?.evidence).toMatchObject([{ before }]);
  });

  test("by a wrong consistency proof", async () => {
    const tab = await seen();
    server.log.freeze(OTHER_ROOT);
    server.log.log.consistency = () => [];
    await tab.look();
    expect(messages(tab)).toContain("was rewritten");
  });

  test("by a checkpoint that was changed after it was signed", async () => {
    const tab = await seen();
    server.log.checkpoint = () => server.log.log.checkpoint(3).replace("\n3\n", "\n4\n");
    await tab.look();
    expect(messages(tab)).toContain("does not hold: the signature of “plainview/small” is wrong");
  });

  test("by a checkpoint cut short", async () => {
    const tab = await seen();
    server.log.checkpoint = () => server.log.log.checkpoint(3).slice(0, 60);
    await tab.look();
    expect(messages(tab)).toContain("does not hold");
  });

  test("by another key without a word about it", async () => {
    const tab = await seen();
    server.log.log.signer = new Signer("plainview/small");
    await tab.look();
    expect(messages(tab)).toContain("a key that nobody entitled to has announced");
  });

  test("by another key that only new root keys announce", async () => {
    const tab = await seen();
    server.log.log.signer = new Signer("plainview/small");
    const usurper = new Signer("root");
    server.log.announce([usurper], { root_keys: [usurper.raw.toString("base64")] });
    await tab.look();
    expect(messages(tab)).toContain("too few of the former root keys signed it");
  });

  test("by signing receipts with a key that the log does not name", async () => {
    const tab = await openTab(true);
    server.log.announce([server.log.root], { receipt_keys: [server.log.root.raw.toString("base64")] });
    await tab.look();
    expect(tab.faults).toMatchObject([{ stage: "key", message: expect.stringContaining("not in the public log") }]);
  });

  test("by an epoch of that number with another root, which is a fault of the receipt at once", async () => {
    const tab = await seen();
    server.epoch = { number: server.log.freeze(OTHER_ROOT), root: "cd".repeat(32) };
    await tab.ask();
    await tab.look();
    expect(tab.faults).toMatchObject([{ stage: "epoch", about: 2, expected: OTHER_ROOT, found: "cd".repeat(32) }]);
    expect(tab.about).toEqual([2]);
    expect(marks(tab)[0]).toEqual({ number: 2, isWrong: true });
    expect(await tab.look()).toBe(false);
    expect(tab.faults).toHaveLength(1);
  });

  test("by showing the entry of another epoch", async () => {
    const tab = await seen();
    server.log.epochs.set(2, 1);
    server.epoch = { number: 2, root: OTHER_ROOT };
    await tab.ask();
    await tab.look();
    expect(messages(tab)).toContain("another entry of the log than that of catalogue 2");
  });

  test("by an entry that is not in the signed tree", async () => {
    const tab = await seen();
    const honest = server.log.log.inclusion.bind(server.log.log);
    server.epoch = { number: server.log.freeze(OTHER_ROOT), root: "cd".repeat(32) };
    const forged = (entry: string) => Buffer.from(Buffer.from(entry, "base64").toString().replace(OTHER_ROOT, "cd".repeat(32))).toString("base64");
    server.log.log.inclusion = (index, size) => ({ ...honest(index, size), entry: forged(honest(index, size).entry) });
    await tab.ask();
    await tab.look();
    expect(messages(tab)).toContain("is not in the log that it signed");
  });

  test("by a catalogue that the log never gets: a fault after a minute, not before", async () => {
    const tab = await seen();
    server.epoch = { number: 9, root: OTHER_ROOT };
    await tab.ask();
    expect(await tab.look()).toBe(true);
    vi.setSystemTime(START_MS + 2500 + 60_001);
    await tab.look();
    expect(tab.faults).toMatchObject([{ stage: "epoch", about: 2, message: expect.stringContaining("holds none of that number") }]);
  });

  test("by leaving a receipt out: a fault after a minute, not before", async () => {
    const tab = await seen();
    await tab.ask();
    expect(await tab.look()).toBe(true);
    vi.setSystemTime(START_MS + 2500 + 59_999);
    expect(await tab.look()).toBe(true);
    expect(tab.faults).toEqual([]);
    vi.setSystemTime(START_MS + 2500 + 60_001);
    expect(await tab.look()).toBe(false);
    expect(tab.faults).toMatchObject([{ stage: "log", about: 2, message: expect.stringContaining("not in the public log, a minute after") }]);
  });

  test("by logging another receipt than the one that was served", async () => {
    const tab = await seen();
    await tab.ask();
    const [kept] = await tab.ledger.last(1);
    if (!kept) throw new Error("a receipt");
    server.log.take(kept.id, kept.receipt.replace('"caught_up":0', '"caught_up":1'));
    server.log.close();
    await tab.look();
    expect(messages(tab)).toContain("Receipt № 2, as you hold it, is not in the public log where the server says it is.");
  });

  test("by a place in another interval", async () => {
    const tab = await seen();
    await tab.ask();
    server.log.close();
    const [kept] = await tab.ledger.last(1);
    const place = server.log.places.get(kept?.id ?? "");
    if (!kept || !place) throw new Error("a place");
    server.log.places.set(kept.id, { ...place, entry: 2 });
    await tab.look();
    expect(messages(tab)).toContain("another entry of the log than the one that receipt № 2 should be in");
  });
});

describe("a slate of another time", () => {
  test("is one chosen from a catalogue that was replaced more than 30 s before", async () => {
    const tab = await openTab(true);
    server.log.freeze(OTHER_ROOT);
    vi.setSystemTime(START_MS + 30_000);
    await tab.ask();
    await tab.look();
    expect(tab.faults).toEqual([]);
    vi.setSystemTime(START_MS + 31_000);
    await tab.ask();
    await tab.look();
    expect(messages(tab)).toContain("catalogue 1, which a newer one had replaced 31 s before");
    expect(tab.about).toEqual([2]);
  });

  test("is one whose receipt went into the log at another time than it states", async () => {
    const tab = await openTab(true);
    await tab.ask();
    server.log.now_ms = () => START_MS - 61_000;
    server.log.close();
    vi.setSystemTime(START_MS + 5_000);
    await tab.look();
    expect(messages(tab)).toContain("states another time");
  });
});

describe("a log that stands still", () => {
  test("is said to, and its receipts have a minute from when it goes on", async () => {
    const tab = await openTab(true);
    await tab.look();
    server.log.isStalled = true;
    await tab.ask();
    server.log.close();
    vi.setSystemTime(START_MS + 70_000);
    expect(await tab.look()).toBe(true);
    expect(tab.standing().is_stalled).toBe(true);
    server.log.isStalled = false;
    vi.setSystemTime(START_MS + 71_000);
    expect(await tab.look()).toBe(true);
    server.log.resume();
    vi.setSystemTime(START_MS + 72_000);
    expect(await tab.look()).toBe(false);
    expect([tab.standing().is_stalled, tab.faults]).toEqual([false, []]);
  });

  test("after a time when it could not be reached, receipts have a minute too", async () => {
    const tab = await openTab(true);
    await tab.ask();
    vi.setSystemTime(START_MS + 70_000);
    vi.stubGlobal("fetch", async () => Promise.reject(new TypeError("offline")));
    await tab.look();
    vi.stubGlobal("fetch", server.fetch);
    expect(await tab.look()).toBe(true);
    expect(tab.faults).toEqual([]);
  });
});

describe("keys that change", () => {
  test("by a root of trust that the former root keys signed are no fault", async () => {
    const tab = await openTab(true);
    await tab.look();
    server.log.log.signer = new Signer("plainview/small");
    server.log.announce([server.log.root]);
    const heir = new Signer("root");
    server.log.announce([server.log.root, heir], { root_keys: [heir.raw.toString("base64")] });
    await tab.look();
    expect([tab.standing().state, tab.faults]).toEqual(["follows", []]);
    expect((await tab.book.memory())?.vkey).toBe(server.log.log.signer.vkey);
  });

  test("for receipts are followed where the log announced them, and old receipts still hold", async () => {
    const tab = await openTab(true);
    await tab.ledger.reconcile();
    await tab.ask();
    await tab.look();
    server.log.announce([server.log.root], { receipt_keys: [server.rotate()] });
    const later = await openTab();
    await later.ledger.reconcile();
    await later.ask();
    await later.look();
    const { compareWithServer } = await import("../../src/edge/recount");
    expect([later.noticed, later.faults, await compareWithServer(later.ledger, 5)]).toEqual([[], [], []]);
  });

  test("for receipts that no root of trust announced are a fault", async () => {
    const tab = await openTab(true);
    await tab.ledger.reconcile();
    await tab.look();
    server.rotate();
    const later = await openTab();
    await later.ledger.reconcile();
    expect(later.noticed).toMatchObject([{ stage: "key", message: expect.stringContaining("no root of trust in its log says so") }]);
  });

  test("with a service that began anew are a first meeting", async () => {
    await (await openTab(true)).look();
    server = new SmallServer("ffeeddccbbaa99887766554433221100");
    vi.stubGlobal("fetch", server.fetch);
    const later = await openTab();
    await later.look();
    expect([later.standing().state, later.faults]).toEqual(["first", []]);
  });
});
