import { expect, test } from "vitest";
import { readMarkdown, readSpans } from "../../src/ui/markdown";

test("emphasis and code become spans in order", () => {
  expect(readSpans("a `b*` **c** *d*.")).toEqual([
    { style: "", text: "a " }, { style: "code", text: "b*" }, { style: "", text: " " }, { style: "strong", text: "c" },
    { style: "", text: " " }, { style: "em", text: "d" }, { style: "", text: "." },
  ]);
});
test("headings, wrapped paragraphs, lists and tables are told apart", () => {
  const blocks = readMarkdown("# T\n\none\ntwo\n\n- a\n  b\n- c\n\n| h | i |\n|---|---|\n| 1 | 2 |\n\n## U\nafter");
  expect(blocks.map((block) => block.kind)).toEqual(["heading", "text", "item", "item", "table", "heading", "text"]);
  expect(blocks[1]?.spans[0]?.text).toBe("one two");
  expect(blocks[2]?.spans[0]?.text).toBe("a b");
  expect(blocks[4]?.rows).toHaveLength(2);
});
