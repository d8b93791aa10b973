import { describe, expect, test } from "vitest";
import { readPart, receiptsFile } from "../../src/receipts/file";

const VIEWER = "00112233445566778899aabbccddeeff";
const whose = { edition: "small", viewer: VIEWER };
const receipt = (number: number, nonce = "a") => JSON.stringify({ nonce, number });
const copy = (number: number, nonce?: string) => ({ number, receipt: receipt(number, nonce), signature: `mine ${number}` });
const place = { salt: "00", interval: 1, entry: 2, index: 0, path: [] };

function served(...receipts: object[]): string {
  const head = { spec: "receipts-v1", edition: "small", receipts: receipts.length, checkpoints: ["theirs"] };
  return `${JSON.stringify(head)}\n${JSON.stringify({ viewer: VIEWER, receipts, events: ["{}"] })}\n`;
}

function made(kept: Parameters<typeof receiptsFile>[1], text: string, heads: string[] = []) {
  const lines = receiptsFile(whose, kept, heads, readPart(text, VIEWER)).split("\n");
  expect(lines.at(-1)).toBe("");
  const [head, part] = lines.slice(0, 2).map((line) => JSON.parse(line));
  expect(head.receipts).toBe(part.receipts.length);
  return { head, part };
}

describe("the file of one's own receipts", () => {
  test("has the browser's copies in order of number, with the service's places and events", () => {
    const { head, part } = made([copy(2), copy(1)], served({ receipt: receipt(1), signature: "theirs", proof: place }), ["one", "one", "two"]);
    expect(head).toMatchObject({ spec: "receipts-v1", edition: "small", checkpoints: ["one", "two"] });
    expect(part).toEqual({
      viewer: VIEWER, events: ["{}"],
      receipts: [{ receipt: receipt(1), signature: "mine 1", proof: place }, { receipt: receipt(2), signature: "mine 2" }],
    });
  });

  test("has what the browser lacks, and both where two receipts of one number differ", () => {
    const { part } = made([copy(2)], served(...[receipt(1), receipt(2, "b")].map((text) => ({ receipt: text, signature: "theirs" }))));
    expect(part.receipts.map((line: { receipt: string }) => line.receipt)).toEqual([receipt(1), receipt(2), receipt(2, "b")]);
  });

  test.each(["", "no json", served().replace(VIEWER, "f".repeat(32)), served().replace("receipts-v1", "other"), served({ receipt: 1 })])(
    "is the browser's half alone where the service gives %j", (text) => {
      expect(readPart(text, VIEWER)).toBeNull();
      expect(made([copy(1)], text).part).toEqual({ viewer: VIEWER, receipts: [{ receipt: receipt(1), signature: "mine 1" }], events: [] });
    },
  );
});
