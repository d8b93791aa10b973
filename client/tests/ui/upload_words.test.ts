import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { fieldOf, mendTopics, refuseWords } from "../../src/ui/upload_words";

interface Words { code?: string; caption: string; tags: string[]; topics: string[] }
const given = JSON.parse(readFileSync(new URL("../../../tests/golden/words.json", import.meta.url), "utf8")) as { taken: Words[]; refused: Words[] };

test("the form takes and refuses what the server takes and refuses", () => {
  expect(given.taken.map(refuseWords)).toEqual(given.taken.map(() => null));
  expect(given.refused.map((words) => refuseWords(words)?.code)).toEqual(given.refused.map(({ code }) => code));
  expect(refuseWords({ caption: "x".repeat(301), tags: [], topics: [] })?.code).toBe("caption_too_long");
});

test("a refused topic comes with what to write instead", () => {
  const said = (topic: string) => refuseWords({ caption: "", tags: [], topics: [topic] })?.message;
  expect(said("Colour bars")).toMatch(/“colour bars” cannot be a topic.* Write colour-bars\.$/);
  expect(said("Café crème")).toMatch(/Write cafe-creme\.$/);
  expect(said("3")).toMatch(/a letter first\.$/);
});

test("a topic that has a right form is written in it, and what has none is left to be refused", () => {
  expect(mendTopics("Bouncing Ball, street-music,  Café crème,")).toBe("bouncing-ball, street-music, cafe-creme");
  expect(mendTopics("Cats # cats, 3")).toBe("cats, 3");
});

test("the server's refusal stands beside the field it is of", () => {
  expect(["bad_topic", "too_many_topics", "tag_too_long", "too_many_tags", "caption_too_long"].map(fieldOf)).toEqual(["topic", "topic", "tags", "tags", "caption"]);
});
