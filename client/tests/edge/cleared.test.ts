import { beforeEach, describe, expect, test, vi } from "vitest";
import type { Kept } from "../../src/edge/ledger";
import { fault } from "../../src/receipts/faults";
import { replayFault } from "../../src/receipts/replayed";
import { proof } from "../proof";
import { SmallServer } from "./small_server";

/** A page with three kept receipts, over storage that is memory. */
async function page() {
  vi.resetModules();
  const [{ desk }, { Ledger }, cleared, store, { Recheck }, { judge }] = await Promise.all([
    import("../../src/edge/desk.svelte"), import("../../src/edge/ledger"), import("../../src/edge/cleared"),
    import("../../src/edge/store"), import("../../src/edge/recheck.svelte"), import("../../src/edge/recount"),
  ]);
  const server = new SmallServer();
  desk.ledger = new Ledger(server.session(), proof, () => Promise.resolve(() => undefined), () => undefined);
  const kept = (number: number): Kept => ({
    id: `r${number}`, viewer: server.viewer, number, receipt: "", signature: "", policy: "for-you", at_ms: 1, faults: [], notes: [], videos: [], how: "served",
  });
  for (const number of [1, 2, 3]) await store.keep(kept(number));
  desk.reseal({ last: kept(3), checked: 3 });
  return { desk, cleared, check: new Recheck(), fail: async (number: number) => {
    const wrong = replayFault(number, "it differs");
    await judge(kept(number), "differs", wrong);
    await desk.setFaults([wrong]);
    return { number, message: "it differs", receipt: `r${number}`, stage: "slate", served: [], honest: [] };
  } };
}

beforeEach(() => vi.stubGlobal("navigator", { language: "en-GB" }));

describe("clearing the seal", () => {
  test("leaves it green, and says how many kept receipts failed", async () => {
    const { desk, cleared, fail } = await page();
    expect(desk.seal.state).toBe("good");
    await fail(2);
    expect(desk.seal.state).toBe("bad");
    await cleared.clear();
    expect([desk.seal.state, desk.seal.failed, desk.seal.faults]).toEqual(["good", 1, []]);
    await fail(3);
    expect([desk.seal.state, desk.seal.faults.length]).toEqual(["bad", 1]);
  });
  test("leaves it green where no receipt failed", async () => {
    const { desk, cleared } = await page();
    await desk.setFaults([fault("log", "The public log was rewritten.")]);
    await cleared.clear();
    expect([desk.seal.state, desk.seal.failed]).toEqual(["good", 0]);
  });
});

describe("a recheck after clearing", () => {
  test("counts what was cleared apart from what is new", async () => {
    const { cleared, check, fail, desk } = await page();
    const first = await fail(1);
    check.stored = [];
    check.replayed = { checked: 3, ok: 2, failures: [first] };
    expect([check.isAllRight, check.replayedWords]).toEqual([false, "1 mismatch"]);
    await cleared.clear();
    await desk.setFaults([replayFault(1, "it differs")]);
    expect([check.isAllRight, check.earlier, check.replayedWords]).toEqual([true, 1, "2 equal, 1 cleared before"]);
    const second = await fail(2);
    check.replayed = { checked: 3, ok: 1, failures: [first, second] };
    expect([check.isAllRight, check.replayedWords]).toEqual([false, "1 mismatch, 1 cleared before"]);
    check.known = new Set([second.receipt]);
    expect([check.isAllRight, check.replayedWords]).toEqual([true, "1 equal, 1 from an earlier lever, 1 cleared before"]);
  });
});

describe("what stays provable", () => {
  test("is what the log or the rules contradict, not what was altered and put back", async () => {
    const { isProvable } = (await page()).cleared;
    expect(isProvable({ faults: [fault("epoch", "Another root.")], replayed: "same" })).toBe(true);
    expect(isProvable({ faults: [replayFault(1, "it differs")], replayed: "differs" })).toBe(true);
    expect(isProvable({ faults: [fault("stored", "It was changed.")], replayed: "same" })).toBe(false);
  });
});
