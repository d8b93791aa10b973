import { describe, expect, test } from "vitest";
import { fault, NO_FAULTS, noteFaults, sealState } from "../../src/receipts/faults";
import { replayFault } from "../../src/receipts/replayed";
import { seeFaults } from "../../src/receipts/seen";

describe("the book of faults", () => {
  test("the same slate found twice is one fault, in its newest words", () => {
    const book = noteFaults(noteFaults(NO_FAULTS, [replayFault(4, "it differs")]), [replayFault(4, "the candidates differ")]);
    expect(book.open.map(({ message }) => message)).toEqual(["Slate № 4: the candidates differ"]);
  });
  test("what was acknowledged does not come back, what is new does", () => {
    const seen = seeFaults(noteFaults(NO_FAULTS, [replayFault(4, "it differs")]));
    expect(seen.open).toEqual([]);
    const book = noteFaults(seen, [replayFault(4, "it differs"), replayFault(5, "it differs")]);
    expect(book.open.map(({ about }) => about)).toEqual([5]);
  });
  test("another edit of an acknowledged receipt is a new fault", () => {
    const edited = (found: string) => ({ about: 4, ...fault("stored", "Receipt № 4 was changed.", "aa", found) });
    const seen = seeFaults(noteFaults(NO_FAULTS, [edited("bb")]));
    expect(noteFaults(seen, [edited("bb")]).open).toHaveLength(0);
    expect(noteFaults(seen, [edited("cc")]).open).toHaveLength(1);
  });
  test("a fault at the moment of serving is reported each time it happens", () => {
    const wrong = fault("signature", "The receipt’s signature is wrong.");
    expect(noteFaults(seeFaults(noteFaults(NO_FAULTS, [wrong])), [wrong]).open).toEqual([wrong]);
  });
});

describe("the seal", () => {
  const calm = { faults: [], notes: [], last: {} };
  test("is green where nothing is wrong, and red over a fault whatever is being asked", () => {
    expect(sealState(calm, false)).toBe("good");
    expect(sealState({ ...calm, faults: [replayFault(4, "it differs")] }, true)).toBe("bad");
  });
  test("is not green over a remark", () => {
    expect(sealState({ ...calm, notes: ["The log stands still."] }, false)).toBe("note");
  });
});
