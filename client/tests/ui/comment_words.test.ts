import { expect, test } from "vitest";
import { COMMENT_MAX, lengthOf, nameOf, overWords, toneOf } from "../../src/ui/comment_words";

test("a comment's length is counted as the server counts it", () => {
  expect(lengthOf("  a \n\n b ")).toBe(3);
  expect(lengthOf("e\u0301")).toBe(1);
  expect(lengthOf("\u{1F60A}".repeat(COMMENT_MAX))).toBe(COMMENT_MAX);
});

test("who has no page goes by an alias, and is oneself", () => {
  const one = { creator: null, alias: "3f2a", is_mine: false };
  expect([nameOf(one), nameOf({ ...one, is_mine: true })]).toEqual(["Viewer 3f2a", "You"]);
  const creator = { id: "1", handle: "ann", name: "Ann", bio: "", avatar: "" };
  expect(nameOf({ ...one, creator, is_mine: true })).toBe("Ann");
  expect(nameOf({ ...one, creator: { ...creator, name: "" } })).toBe("@ann");
});

test("what is over the limit is said in words", () => {
  expect([501, 599].map(overWords)).toEqual(["1 too many", "99 too many"]);
});

test("an alias has one tone", () => {
  expect([toneOf("0000"), toneOf("0169"), toneOf("")]).toEqual([0, 1, 0]);
});
