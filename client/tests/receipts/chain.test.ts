import { describe, expect, test } from "vitest";
import { canonicalJson, parseCanonical, type CanonicalObject } from "../../src/receipts/canonical";
import { absorb, adopt, beginChain, genesis, type Chain, type Made } from "../../src/receipts/chain";
import { proof, vectors } from "../proof";

interface Vectors {
  viewer: string;
  genesis: string;
  /** Each event with the head after it. */
  chain: [string, string][];
  state: { n: number; head: string };
}
const published = vectors<Vectors>("events-v1");
const events = published.chain.map(([event]) => event);
const anything: Made = (key) => {
  const found = events.map(parseCanonical).find((event) => event["key"] === key);
  if (!found) return undefined;
  const { n: _n, at_ms: _at, author: _author, ...sent } = found;
  return sent as CanonicalObject;
};
const begin = () => beginChain(published.viewer, proof);

test("the chain begins and ends where the published one does", async () => {
  expect(await genesis(published.viewer, proof)).toBe(published.genesis);
  const [chain, faults] = await absorb(await begin(), events, anything, proof);
  expect([chain.n, chain.head]).toEqual([published.state.n, published.state.head]);
  expect(faults).toEqual([]);
  for (const [n, head] of published.chain.map(([, head], i) => [i + 1, head] as const)) expect(chain.recent[n]).toBe(head);
});

test("an event that is not canonical is a fault and does not lengthen the chain", async () => {
  const [chain, faults] = await absorb(await begin(), [`${events[0]} `], anything, proof);
  expect([chain.n, faults.map((found) => found.stage)]).toEqual([0, ["events"]]);
});

test("order and repetition of arrival do not matter", async () => {
  const [late] = await absorb(await begin(), events.slice(5).toReversed(), anything, proof);
  expect(late.n).toBe(0);
  const [chain] = await absorb(late, [...events.slice(0, 5), ...events.slice(3, 9)], anything, proof);
  expect([chain.n, chain.head, chain.waiting]).toEqual([published.state.n, published.state.head, {}]);
});

describe("an event in the viewer's name", () => {
  const event = (fields: CanonicalObject) =>
    canonicalJson({ n: 1, at_ms: 5, author: "viewer", key: "k", kind: "like", video: "7", ...fields });
  const made: Made = (key) => (key === "k" ? { key: "k", kind: "like", video: "7" } : undefined);
  const faults = async (text: string) => (await absorb(await begin(), [text], made, proof))[1];

  test("that this browser made is fine", async () => {
    expect(await faults(event({}))).toEqual([]);
  });
  test("that this browser never made is a fault", async () => {
    expect(await faults(event({ key: "other" }))).toHaveLength(1);
  });
  test("that names another video than was liked is a fault", async () => {
    const [found] = await faults(event({ video: "8" }));
    expect([found?.expected, found?.found]).toEqual(["7", "8"]);
  });
  test("but by the server's own hand is not in the viewer's name", async () => {
    expect(await faults(event({ author: "server", key: "" }))).toEqual([]);
  });
});

test("going on from an unknown head drops what waited before it and remembers the trust", async () => {
  const [waiting] = await absorb(await begin(), events.slice(3, 6), anything, proof);
  const chain: Chain = adopt(waiting, 5, "a".repeat(64));
  expect(chain.trusted_to).toBe(5);
  expect(Object.keys(chain.waiting)).toEqual(["6"]);
});
