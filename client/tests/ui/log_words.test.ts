import { expect, test } from "vitest";
import { UNKNOWN, type Standing } from "../../src/edge/logbook";
import { at, logLines } from "../../src/ui/log_words";

const AT_MS = new Date(2026, 10, 25, 15, 2, 11).getTime();
const follows: Standing = { ...UNKNOWN, state: "follows", size: 12_345, witnesses: 3, cosigned: [{ name: "a.example", at_s: AT_MS / 1000 - 5 }, { name: "b.example", at_s: AT_MS / 1000 }] };
const about = { number: 12, epoch: 81, mark: { number: 12, epoch: 7, entry: 1234, at_ms: AT_MS } };
const texts = (...given: Parameters<typeof logLines>) => logLines(...given).map(({ state, text }) => `${state}: ${text}`);

test("all is well, in five plain lines or fewer", () => {
  expect(texts(follows, about)).toEqual([
    "good: 12,345 entries, signed, consistent with what this browser saw before.",
    "good: The catalogue of slate № 12 (epoch 81) is in the log, as entry 7.",
    "good: Receipt № 12 is in the log since 15:02:11, in entry 1,234.",
    "good: Witnessed by a.example and b.example, 15:02:11.",
  ]);
});

test("what was not looked for yet is not claimed", () => {
  expect(texts(UNKNOWN, null)).toEqual(["waits: Being asked."]);
  expect(texts({ ...follows, cosigned: [] }, { ...about, mark: undefined })).toEqual([
    "good: 12,345 entries, signed, consistent with what this browser saw before.",
    "waits: The catalogue of slate № 12 (epoch 81) is being looked for in the log.",
    "waits: Receipt № 12 will be in the log in a moment.",
    "waits: None of its 3 witnesses has signed this state of it yet.",
  ]);
  expect(texts({ ...follows, state: "first", witnesses: 0, cosigned: [] }, null)[1]).toContain("No witness is asked");
});

test("what could not be asked is in doubt, what contradicts itself is red", () => {
  expect(texts({ ...follows, state: "unchecked", unchecked_since_ms: AT_MS }, null)).toEqual(["doubt: It could not be checked since 15:02:11."]);
  expect(texts({ ...follows, state: "wrong" }, about)).toEqual(["bad: It contradicts what it said before, or its own signature. See above."]);
  expect(texts({ ...follows, is_stalled: true }, { ...about, mark: undefined })).toEqual([
    "doubt: 12,345 entries, signed, consistent with what this browser saw before; but it stands still.",
    "waits: The catalogue of slate № 12 (epoch 81) is being looked for in the log.",
    "waits: Receipt № 12 is not in the log yet.",
    "good: Witnessed by a.example and b.example, 15:02:11.",
  ]);
  expect(texts(follows, { ...about, mark: { number: 12, isWrong: true } })[1]).toMatch(/^bad: Slate № 12/);
  expect(at(AT_MS)).toBe("15:02:11");
});
