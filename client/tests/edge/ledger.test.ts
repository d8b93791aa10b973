import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Ledger as LedgerType } from "../../src/edge/ledger";
import type { Outbox as OutboxType } from "../../src/edge/outbox";
import type { Fault } from "../../src/receipts/faults";
import { proof } from "../proof";
import { SmallServer } from "./small_server";

/** One browser: a ledger and an outbox over its storage, which here is memory. */
interface Tab {
  ledger: LedgerType;
  outbox: OutboxType;
  faults: Fault[];
  notes: string[];
  ask(policy?: string): Promise<string[]>;
}

let server: SmallServer;

/** With `isFresh` the browser has empty storage; else it is another tab of the same browser. */
async function openTab(isFresh = false): Promise<Tab> {
  if (isFresh) vi.resetModules();
  const [{ Ledger }, { Outbox }] = await Promise.all([import("../../src/edge/ledger"), import("../../src/edge/outbox")]);
  const faults: Fault[] = [];
  const notes: string[] = [];
  const outbox: OutboxType = new Outbox(server.viewer, async (answer) => void (await ledger.taken(answer)), () => undefined);
  const ledger: LedgerType = new Ledger(server.session(), proof, () => outbox.made(), (found, said) => {
    faults.push(...found);
    notes.push(...said);
  });
  await ledger.reconcile();
  const ask = async (policy = "for-you") => {
    const slate = await ledger.ask(policy, async () => void (await outbox.flush()));
    faults.push(...slate.kept.faults.filter((found) => !faults.includes(found)));
    return slate.videos.map((video) => video.id);
  };
  return { ledger, outbox, faults, notes, ask };
}

beforeEach(() => {
  server = new SmallServer();
  vi.stubGlobal("fetch", server.fetch);
  vi.stubGlobal("navigator", { language: "en-GB" });
});

describe("slates of an honest server", () => {
  test("follow each other without fault, events in between included", async () => {
    const tab = await openTab(true);
    expect(await tab.ask()).toEqual(["10", "11"]);
    tab.outbox.record({ kind: "like", video: "10" }, true);
    expect(await tab.ask()).toEqual(["20", "21"]);
    expect(await tab.ask("fresh")).toEqual(["30", "31"]);
    expect([tab.faults, tab.notes]).toEqual([[], []]);
    expect(server.asks.at(-1)?.last_event).toBe(3);
  });

  test("after a lost answer the same number and nonce are asked, so nothing is skipped", async () => {
    const tab = await openTab(true);
    server.losesAnswers = 1;
    await expect(tab.ask()).rejects.toThrow("connection lost");
    expect(await tab.ask()).toEqual(["10", "11"]);
    expect(server.asks[0]?.nonce).toBe(server.asks[1]?.nonce);
    expect(tab.faults).toEqual([]);
  });

  test("what was done after a lost answer is no fault of the answer that is given again", async () => {
    const tab = await openTab(true);
    await tab.ask();
    server.losesAnswers = 1;
    await expect(tab.ask()).rejects.toThrow("connection lost");
    tab.outbox.record({ kind: "like", video: "10" }, true);
    expect(await tab.ask()).toEqual(["20", "21"]);
    expect(tab.faults).toEqual([]);
    expect(server.asks[2]).toEqual(server.asks[1]);
  });

  test("a second tab goes on from the first one's number", async () => {
    const first = await openTab(true);
    const second = await openTab();
    await first.ask();
    expect(await second.ask()).toEqual(["20", "21"]);
    expect(await first.ask()).toEqual(["30", "31"]);
    expect([first.faults, second.faults]).toEqual([[], []]);
  });

  test("a number taken from outside this browser is fetched, checked and gone on from", async () => {
    const tab = await openTab(true);
    await tab.ask();
    server.slate({ policy: "for-you", number: 2, nonce: "e".repeat(32), last_event: 0, size: 2, context: { language: "", tz_min: 0, age: "adult" } });
    expect(await tab.ask()).toEqual(["30", "31"]);
    const kept = await tab.ledger.last(9);
    expect(kept.map((item) => [item.number, item.how, item.faults.length])).toEqual([[3, "served", 0], [2, "fetched", 0], [1, "served", 0]]);
  });

  test("a load that hung leaves nothing to remark: its slate is fetched, and its event added", async () => {
    const hung = await openTab(true);
    await hung.ask();
    server.losesAnswers = 1;
    await expect(hung.ask()).rejects.toThrow("connection lost");
    const again = await openTab();
    expect(again.notes).toEqual([]);
    expect(await again.ask()).toEqual(["30", "31"]);
    expect([again.faults, again.notes, server.asks.at(-1)?.last_event]).toEqual([[], [], 2]);
  });

  test("what was written besides during a load that hung is still told", async () => {
    const hung = await openTab(true);
    await hung.ask();
    server.losesAnswers = 1;
    await expect(hung.ask()).rejects.toThrow("connection lost");
    server.append({ kind: "like", video: "99", author: "viewer", key: "nobody-1" });
    expect((await openTab()).notes[0]).toMatch(/^2 of your earlier actions/);
  });

  test("a browser whose storage was cleared says what it takes on trust", async () => {
    const before = await openTab(true);
    await before.ask();
    before.outbox.record({ kind: "like", video: "10" }, true);
    await before.outbox.flush();
    const after = await openTab(true);
    expect(after.notes).toHaveLength(1);
    expect(after.notes[0]).toMatch(/cleared this site’s data.*ask the operator/);
    expect(await after.ask()).toEqual(["20", "21"]);
    expect(after.faults).toEqual([]);
  });
});

describe("a server that cheats", () => {
  const stages = (tab: Tab) => tab.faults.map((found) => found.stage);

  test("by other videos than it signed", async () => {
    const tab = await openTab(true);
    server.cheat = (answer) => ({ ...answer, videos: answer.videos.toReversed() });
    await tab.ask();
    expect(stages(tab)).toEqual(["slate"]);
  });

  test("by an event the viewer never made", async () => {
    const tab = await openTab(true);
    await tab.ask();
    const forged = server.append({ kind: "like", video: "99", author: "viewer", key: "nobody-1" });
    await tab.ledger.taken({ events: [forged] });
    expect(stages(tab)).toEqual(["events"]);
  });

  test("by an event the viewer never made, of which it says nothing", async () => {
    const tab = await openTab(true);
    await tab.ask();
    server.append({ kind: "like", video: "99", author: "viewer", key: "nobody-1" });
    await tab.ask();
    expect(stages(tab)).toEqual(["events"]);
    expect(tab.faults[0]?.message).toContain("This browser did not do that");
    await tab.ask();
    expect([stages(tab), tab.notes]).toEqual([["events"], []]);
  });

  test("by forgetting receipts", async () => {
    const tab = await openTab(true);
    await tab.ask();
    await tab.ask();
    const keys = server.session().public_key;
    server = new SmallServer();
    vi.stubGlobal("fetch", server.fetch);
    expect(server.session().public_key).not.toBe(keys);
    const later = await openTab();
    expect(stages(later)).toEqual(expect.arrayContaining(["key", "stored"]));
  });

  test("by another history of what the viewer did", async () => {
    const tab = await openTab(true);
    await tab.ask();
    const honest = server.session.bind(server);
    server.session = () => ({ ...honest(), events: { ...honest().events, head: "a".repeat(64) } });
    expect(stages(await openTab())).toEqual(["events"]);
  });
});

test("events are sent once each, in order, though an answer was lost", async () => {
  const tab = await openTab(true);
  const honest = server.take.bind(server);
  let isFirst = true;
  server.take = (sent) => {
    const answer = honest(sent);
    if (!isFirst) return answer;
    isFirst = false;
    throw new TypeError("connection lost");
  };
  tab.outbox.record({ kind: "like", video: "10" }, false);
  await expect(tab.outbox.flush()).rejects.toThrow();
  tab.outbox.record({ kind: "save", video: "10" }, false);
  await tab.outbox.flush();
  expect(server.session().events.n).toBe(2);
  await tab.ask();
  expect(tab.faults).toEqual([]);
});
