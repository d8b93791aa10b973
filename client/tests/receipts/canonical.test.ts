import { describe, expect, test } from "vitest";
import { canonicalJson, NotCanonical, parseCanonical } from "../../src/receipts/canonical";

describe("canonical JSON", () => {
  test("sorts keys, writes no white space and escapes as the server does", () => {
    const value = { b: [1, "x"], a: -2, "\x7f": 'q"\\\n\u0001' };
    expect(canonicalJson(value)).toBe('{"a":-2,"b":[1,"x"],"\\u007f":"q\\"\\\\\\n\\u0001"}');
  });

  test("reads back exactly what it wrote", () => {
    const text = '{"a":[{"z":"\\u007f"}],"n":9007199254740991}';
    expect(canonicalJson(parseCanonical(text))).toBe(text);
  });

  test.each([
    ["white space", '{"a": 1}'],
    ["keys out of order", '{"b":1,"a":2}'],
    ["a key twice", '{"a":1,"a":2}'],
    ["a fraction", '{"a":1.5}'],
    ["an exponent", '{"a":1e3}'],
    ["minus zero", '{"a":-0}'],
    ["an integer of 2^53", '{"a":9007199254740992}'],
    ["null", '{"a":null}'],
    ["true", '{"a":true}'],
    ["text that is not ASCII", '{"a":"é"}'],
    ["an escape nobody needed", '{"a":"\\u0041"}'],
    ["a list at the top", "[1]"],
    ["half a document", '{"a":'],
  ])("refuses %s", (_what, text) => {
    expect(() => parseCanonical(text)).toThrow(NotCanonical);
  });
});
