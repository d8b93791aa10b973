import { expect, test } from "vitest";
import { placesInWords } from "../../src/ui/places";

const slate = (text: string) => [...text].map((id) => ({ id }));
const said = (served: string, honest: string) => placesInWords(slate(served), slate(honest));

test("a removal that only moves the rest is told as that", () => {
  expect(said("bcefgxyz", "abcdefgh")).toBe("5 of the same videos, in other places; 3 others.");
  expect(said("acb", "abc")).toBe("1 where the rules put it; 2 of the same videos, in other places.");
  expect(said("abdx", "abcd")).toBe("2 where the rules put them; 1 of the same videos, in another place; 1 other.");
});

test("where nothing is merely moved the places are counted", () => {
  expect(said("xbc", "abc")).toBe("1 of 3 places are not what the rules give.");
  expect(said("xyz", "abc")).toBe("3 of 3 places are not what the rules give.");
  expect(said("abc", "abc")).toContain("The videos are the same");
});
