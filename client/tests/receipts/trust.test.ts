import { createHmac } from "node:crypto";
import { describe, expect, test } from "vitest";
import { Signer } from "../../dev/small_log";
import { canonicalJson, parseCanonical } from "../../src/receipts/canonical";
import { placeFault, readEntry } from "../../src/receipts/logged";
import { BadTrust, checkTrust, parseTrust, witnessesOf, type SignedTrust } from "../../src/receipts/trust";
import { proof, vectors } from "../proof";

const given = vectors<{
  trust: { document: string; key: string; signature: string };
  entries: string[];
  commitments: { records: string[]; secret: string; root: string; paths: string[][] };
}>("log-entries-v1");
const { document, key, signature } = given.trust;
const published: SignedTrust = { document, signatures: [{ key, signature }] };

const [one, two] = [new Signer("one"), new Signer("two")];
const raw = (signer: Signer) => signer.raw.toString("base64");
function signed(change: object, ...by: Signer[]): SignedTrust {
  const text = canonicalJson({ ...parseCanonical(document), root_keys: [raw(one)], ...change });
  return { document: text, signatures: by.map((signer) => ({ key: raw(signer), signature: signer.signs(`plainview trust-v1\n${text}`).toString("base64") })) };
}
const first = async () => checkTrust(signed({}, one), null, proof);

describe("a root of trust", () => {
  test("as published holds", async () => {
    expect((await checkTrust(published, null, proof)).log_keys[0]).toContain("plainview/vectors+ab170c24+");
  });

  test("changed after it was signed is refused, though the key is known", async () => {
    await expect(checkTrust({ ...published, document: document.replace('"threshold":1', '"threshold":2') }, null, proof)).rejects.toThrow("is wrong");
  });

  test("signed by a stranger alone is refused", async () => {
    await expect(checkTrust(signed({}, two), null, proof)).rejects.toThrow("too few of its own");
  });

  test("signed twice by one key is signed once", async () => {
    const twice = signed({ root_keys: [raw(one), raw(two)], threshold: 2 }, one, one);
    await expect(checkTrust(twice, null, proof)).rejects.toThrow("too few of its own");
  });

  test("follows when the keys before and its own signed it", async () => {
    const next = signed({ version: 2, root_keys: [raw(two)] }, one, two);
    expect((await checkTrust(next, await first(), proof)).version).toBe(2);
  });

  test.each([
    ["the keys before did not sign", { version: 2, root_keys: [raw(two)] }, [two], "too few of the former"],
    ["a version is left out", { version: 3 }, [one], "version 3 follows 1"],
    ["it is of another edition", { version: 2, edition: "other" }, [one], "edition “other”"],
  ])("is refused when %s", async (_, change, by, why) => {
    await expect(checkTrust(signed(change, ...by), await first(), proof)).rejects.toThrow(why);
  });

  test.each([["no root keys", '"root_keys":[]'], ["threshold 0", '"threshold":0'], ["another spec", '"spec":"trust-v2"']])("with %s is none", (_, put) => {
    const name = put.split(":")[0] as string;
    const text = document.replace(new RegExp(`${name}:(\\[[^\\]]*\\]|"[^"]*"|\\d+)`), put);
    expect(text).not.toBe(document);
    expect(() => parseTrust(text)).toThrow(BadTrust);
  });

  test("names its witnesses; kinds of key that we cannot check are passed over", async () => {
    const court = new Signer("court.example", 4);
    const policy = `log ${one.vkey}\nwitness a ${court.vkey} https://court.example\nwitness b pq.example+00000000+Bmxvbmc=\nquorum a\n`;
    expect((await witnessesOf(policy, proof)).map(({ name }) => name)).toEqual(["court.example"]);
  });
});

test("every published entry of the log can be read", () => {
  for (const text of given.entries) expect(readEntry(Buffer.from(text))?.["type"]).toEqual(expect.any(String));
});

describe("the published interval", () => {
  const { records, secret, root, paths } = given.commitments;
  const entry = { spec: "log-v1", type: "interval", number: 7, at_ms: 1, from_ms: 0, to_ms: 1, receipts: { count: records.length, root } };
  const saltOf = (index: number) => createHmac("sha256", Buffer.from(secret, "hex")).update(`receipt\n${index}`).digest("hex");
  const at = (index: number) => ({ salt: saltOf(index), interval: 7, index, path: paths[index] ?? [] });
  const claim = (receipt: string) => ({ number: 1, receipt, epoch: 1, epoch_root: "", now_ms: 1 });

  test("holds each record where its path says, and no other", async () => {
    for (const [index, record] of records.entries()) {
      expect(await placeFault(claim(record), at(index), entry, proof)).toBeNull();
      expect(await placeFault(claim(`${record}!`), at(index), entry, proof)).not.toBeNull();
    }
  });

  test("a salt of another length is no proof: bytes could move between it and the record", async () => {
    const salt = `${at(0).salt}${Buffer.from((records[0] ?? "").slice(0, 1)).toString("hex")}`;
    expect((await placeFault(claim((records[0] ?? "").slice(1)), { ...at(0), salt }, entry, proof))?.message).toContain("cannot be read");
  });
});
