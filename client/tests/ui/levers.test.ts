import { expect, test } from "vitest";
import type { CheckFailure } from "../../src/edge/types";
import { isOf } from "../../src/ui/levers";

const edit = { name: "edit-receipt", catchable: true };
const bury = { name: "bury-topic", catchable: true };
const crowd = { name: "invent-crowd", catchable: false };
const failing = (stage: string) => ({ failure: { receipt: "aa", number: 1, stage, message: "", served: [], honest: [] } as CheckFailure });

test("with both levers pulled each finding names its own", () => {
  const both = [edit, bury, crowd];
  expect([isOf("edit-receipt", { failure: null }, both), isOf("bury-topic", { failure: null }, both)]).toEqual([true, false]);
  expect([isOf("edit-receipt", failing("chain"), both), isOf("bury-topic", failing("chain"), both)]).toEqual([true, false]);
  expect([isOf("edit-receipt", failing("candidates"), both), isOf("bury-topic", failing("candidates"), both)]).toEqual([false, true]);
});

test("a lever nobody catches is never the one that was caught", () => {
  expect([isOf("invent-crowd", failing("candidates"), [crowd, bury]), isOf("invent-crowd", { failure: null }, [crowd])]).toEqual([false, false]);
});
