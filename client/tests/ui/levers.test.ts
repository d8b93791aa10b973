import { expect, test } from "vitest";
import type { Lever } from "../../src/edge/types";
import { grouped, isOf } from "../../src/ui/levers";

const lever = (name: string, catchable = true) => ({ name, catchable });
const [edit, bury, crowd] = [lever("edit-receipt"), lever("bury-topic"), lever("invent-crowd", false)];

test("with several levers pulled each finding names its own", () => {
  const all = [edit, bury, crowd];
  const speaks = (stage: Parameters<typeof isOf>[1]["stage"]) => all.filter(({ name }) => isOf(name, { stage }, all)).map(({ name }) => name);
  expect(speaks("stored")).toEqual(["edit-receipt"]);
  expect(speaks("replay/chain")).toEqual(["edit-receipt"]);
  expect(speaks("epoch")).toEqual(["bury-topic"]);
  expect(speaks("key")).toEqual([]);
});

test("a lever pulled alone is what any finding speaks of", () => {
  expect(isOf("bury-topic", { stage: "key" }, [bury, crowd])).toBe(true);
});

test("a lever nobody catches, or that is not pulled, is never the one that was caught", () => {
  expect([isOf("invent-crowd", { stage: "epoch" }, [crowd, bury]), isOf("invent-crowd", { stage: "epoch" }, [crowd])]).toEqual([false, false]);
  expect(isOf("edit-receipt", { stage: "stored" }, [bury])).toBe(false);
});

test("levers stand under who catches them, in the order in which they come", () => {
  const levers = [["a", "viewer", "You"], ["b", "nobody", "Nobody"], ["c", "viewer", "You"]].map(([name, caught_by, catcher]) => ({ name, caught_by, catcher }) as Lever);
  expect(grouped(levers).map(({ title, levers: here }) => [title, here.map(({ name }) => name)])).toEqual([["You", ["a", "c"]], ["Nobody", ["b"]]]);
});
