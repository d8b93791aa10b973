import { describe, expect, test } from "vitest";
import { canonicalJson, parseCanonical } from "../../src/receipts/canonical";
import { beginChain, type Chain } from "../../src/receipts/chain";
import { checkSlate, isSigned, type Expected } from "../../src/receipts/check";
import { compareStored } from "../../src/receipts/compare";
import { digestOf, NO_DIGEST } from "../../src/receipts/proof";
import { parseReceipt } from "../../src/receipts/receipt";
import { proof, vectors } from "../proof";

interface Vectors {
  public_key: string;
  chain: { id: string; receipt: string; signature: string }[];
  refused: { bytes: string; why: string }[];
}
const { public_key, chain: receipts, refused } = vectors<Vectors>("receipt-v1");
const first = receipts[0] as Vectors["chain"][number];
const second = receipts[1] as Vectors["chain"][number];

function expected(signed: { receipt: string }, previous: string): Expected {
  const { viewer, edition, number, nonce, context, ...rules } = parseReceipt(signed.receipt);
  const policy = rules.chosen_by === "viewer" ? rules.policy : "";
  return { viewer, edition, number, nonce, policy, size: context.size, context, last_event: 0, previous, public_key };
}
/** The server's honest note of having served this receipt. */
function servedOf(signed: { receipt: string; id: string }): string {
  return canonicalJson({ kind: "served", receipt: signed.id, videos: idsOf(signed.receipt) });
}
const idsOf = (receipt: string) => parseReceipt(receipt).slate.map((place) => place.video);
async function chainAt(receipt: string): Promise<Chain> {
  const { viewer, events } = parseReceipt(receipt);
  const begun = await beginChain(viewer, proof);
  return { ...begun, n: events.n, head: events.head, recent: { [events.n]: events.head } };
}
async function faultsOf(change: {
  receipt?: string; signature?: string; shown?: string[]; served?: string; want?: Partial<Expected>; chain?: Partial<Chain>;
}) {
  const receipt = change.receipt ?? second.receipt;
  const checked = await checkSlate(
    {
      receipt, signature: change.signature ?? second.signature, shown: change.shown ?? idsOf(second.receipt),
      served: change.served ?? servedOf({ receipt: second.receipt, id: await digestOf(receipt, proof) }),
    },
    { ...expected(second, first.id), ...change.want },
    { ...(await chainAt(second.receipt)), ...change.chain },
    proof,
  );
  return checked.faults.map((found) => found.stage);
}

describe("the published receipts", () => {
  test("each has the published id and a right signature", async () => {
    for (const { id, receipt, signature } of receipts) {
      expect(await digestOf(receipt, proof)).toBe(id);
      expect(await isSigned(receipt, signature, public_key, proof)).toBe(true);
    }
  });

  test.each(refused.map(({ why, bytes }) => [why, bytes]))("are refused with %s", (_why, bytes) => {
    expect(() => parseReceipt(bytes)).toThrow();
  });

  test("an honest slate has no fault, first or later", async () => {
    const begun = await checkSlate(
      { ...first, shown: idsOf(first.receipt), served: servedOf(first) }, expected(first, NO_DIGEST), await chainAt(first.receipt), proof,
    );
    expect(begun.faults).toEqual([]);
    expect(begun.id).toBe(first.id);
    expect(await faultsOf({})).toEqual([]);
  });
});

describe("a slate is refused when", () => {
  test("one digit of the receipt was changed after signing", async () => {
    const { epoch } = parseReceipt(second.receipt);
    const receipt = second.receipt.replace(`"epoch":${epoch},`, `"epoch":${epoch + 1},`);
    expect(receipt).not.toBe(second.receipt);
    expect(await faultsOf({ receipt })).toContain("signature");
  });
  test("the signature is another receipt's", async () => {
    expect(await faultsOf({ signature: first.signature })).toEqual(["signature"]);
  });
  test("the signature is not even base64", async () => {
    expect(await faultsOf({ signature: "!!" })).toEqual(["signature"]);
  });
  test("it does not follow the receipt before", async () => {
    expect(await faultsOf({ want: { previous: "f".repeat(64) } })).toEqual(["chain"]);
  });
  test("it was chosen for another language, clock or age than was said", async () => {
    const { context } = parseReceipt(second.receipt);
    for (const other of [{ language: "xx" }, { tz_min: 7 }, { age: "child" }])
      expect(await faultsOf({ want: { context: { ...context, ...other } } })).toEqual(["request"]);
  });
  test("it leaves out what the server had confirmed", async () => {
    const { events } = parseReceipt(second.receipt);
    expect(await faultsOf({ want: { last_event: events.n } })).toEqual([]);
    expect(await faultsOf({ want: { last_event: events.n + 1 } })).toEqual(["events"]);
  });
  test("the server notes other videos as served, another receipt, or nothing that can be read", async () => {
    const more = { kind: "served", receipt: second.id, videos: [...idsOf(second.receipt), "77"] };
    expect(await faultsOf({ served: canonicalJson(more) })).toEqual(["events"]);
    const other = { kind: "served", receipt: first.id, videos: idsOf(second.receipt) };
    expect(await faultsOf({ served: canonicalJson(other) })).toEqual(["events"]);
    expect(await faultsOf({ served: "{" })).toEqual(["events"]);
  });
  test("it answers another number or nonce", async () => {
    expect(await faultsOf({ want: { number: 9 } })).toEqual(["request"]);
    expect(await faultsOf({ want: { nonce: "0".repeat(32) } })).toEqual(["request"]);
  });
  test("other rules chose it", async () => {
    expect(await faultsOf({ want: { policy: "somebody-elses" } })).toEqual(["request"]);
  });
  test("it says that the viewer chose the rules, who chose none", async () => {
    expect(await faultsOf({ want: { policy: "" } })).toEqual(["request"]);
  });
  test("an experiment took the place of what the viewer chose", async () => {
    const receipt = second.receipt.replace(`"arm":""`, `"arm":"half/for-you"`);
    expect(receipt).not.toBe(second.receipt);
    expect(await faultsOf({ receipt })).toEqual(["signature", "request"]);
  });
  test("it is somebody else's or another service's", async () => {
    expect(await faultsOf({ want: { viewer: "0".repeat(32) } })).toEqual(["viewer"]);
    expect(await faultsOf({ want: { edition: "elsewhere" } })).toEqual(["viewer"]);
  });
  test("other videos came than were signed, or the same in another order", async () => {
    const ids = idsOf(second.receipt);
    expect(await faultsOf({ shown: ids.toReversed() })).toEqual(["slate"]);
    expect(await faultsOf({ shown: ids.slice(1) })).toEqual(["slate"]);
  });
  test("the events it cites are not the viewer's", async () => {
    const { n } = parseReceipt(second.receipt).events;
    expect(await faultsOf({ chain: { recent: { [n]: "e".repeat(64) } } })).toEqual(["events"]);
  });
  test("the receipt is not canonical, and says so alone", async () => {
    expect(await faultsOf({ receipt: second.receipt.replace(",", ", ") })).toEqual(["encoding"]);
  });
});

test("events this browser has not seen are a remark, not a fault", async () => {
  const checked = await checkSlate(
    { ...second, shown: idsOf(second.receipt), served: servedOf(second) }, expected(second, first.id), { ...(await chainAt(second.receipt)), n: 0, recent: {} }, proof,
  );
  expect(checked.faults).toEqual([]);
  expect(checked.notes).toHaveLength(1);
});

describe("the server's copy of a kept receipt", () => {
  const kept = { ...second, number: 2 };
  test("passes when it is the same", async () => {
    expect(await compareStored(kept, second, [public_key], proof)).toBeNull();
  });
  test("is found out when it was edited, is gone, or lost its signature", async () => {
    const edited = { ...second, receipt: second.receipt.replace('"now_ms":1', '"now_ms":2') };
    expect(parseCanonical(edited.receipt)).not.toEqual(parseCanonical(second.receipt));
    expect((await compareStored(kept, edited, [public_key], proof))?.stage).toBe("stored");
    expect((await compareStored(kept, undefined, [public_key], proof))?.stage).toBe("stored");
    expect((await compareStored(kept, { ...second, signature: first.signature }, [public_key], proof))?.stage).toBe("signature");
  });
});
