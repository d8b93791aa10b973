import { createHash } from "node:crypto";
import { describe, expect, test } from "vitest";
import { consistencyPath, inclusionPath, treeRoot } from "../../dev/small_log";
import { isConsistent, isIncluded, leafHash, nodeHash } from "../../src/tlog/tree";
import { proof } from "../proof";

const leaves = Array.from({ length: 40 }, (_, i) => Buffer.from(`entry ${i}`));
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString("hex");
const flipped = (hash: Buffer): Buffer => Buffer.from(hash.map((byte, i) => (i === 7 ? byte ^ 1 : byte)));

/** From github.com/transparency-dev/merkle, the reference inputs of Certificate Transparency. */
const CT = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"].map((text) => Buffer.from(text, "hex"));

test("hashes of the Certificate Transparency reference tree", async () => {
  expect(hex(await leafHash(new Uint8Array(), proof))).toBe("6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d");
  expect(hex(treeRoot(CT.slice(0, 3)))).toBe("aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77");
  expect(hex(treeRoot(CT))).toBe("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328");
});

test("three leaves by hand: the third is beside the node of the first two", async () => {
  const [a, b, c] = await Promise.all(leaves.slice(0, 3).map((entry) => leafHash(entry, proof)));
  if (!a || !b || !c) throw new Error("three leaves");
  const ab = createHash("sha256").update(Buffer.from([1])).update(a).update(b).digest();
  const root = await nodeHash(ab, c, proof);
  expect(await isIncluded({ index: 2, size: 3, leaf: c, root, path: [ab] }, proof)).toBe(true);
  expect(await isIncluded({ index: 1, size: 3, leaf: b, root, path: [a, c] }, proof)).toBe(true);
  expect(await isIncluded({ index: 1, size: 3, leaf: b, root, path: [c, a] }, proof)).toBe(false);
  expect(await isConsistent({ size: 2, root: ab }, { size: 3, root }, [c], proof)).toBe(true);
});

describe("inclusion", () => {
  test("holds for every leaf of every tree up to 40, and for no other place, leaf or root", async () => {
    for (let size = 1; size <= leaves.length; size++) {
      const some = leaves.slice(0, size);
      const root = treeRoot(some);
      for (let index = 0; index < size; index++) {
        const leaf = await leafHash(some[index] as Buffer, proof);
        const path = inclusionPath(index, some);
        const at = { index, size, leaf, root, path };
        expect(await isIncluded(at, proof)).toBe(true);
        expect(await isIncluded({ ...at, index: index + 1 }, proof)).toBe(false);
        expect(await isIncluded({ ...at, leaf: root.subarray(1) }, proof)).toBe(false);
        expect(await isIncluded({ ...at, root: flipped(root) }, proof)).toBe(false);
        expect(await isIncluded({ ...at, path: [...path, root] }, proof)).toBe(false);
        if (!path.length) continue;
        expect(await isIncluded({ ...at, path: path.slice(1) }, proof)).toBe(false);
        expect(await isIncluded({ ...at, path: path.map((hash, i) => (i === index % path.length ? flipped(hash) : hash)) }, proof)).toBe(false);
      }
    }
  });

  test("needs the whole way up: the root itself is no leaf of a longer tree", async () => {
    const root = treeRoot(leaves);
    expect(await isIncluded({ index: 0, size: 40, leaf: root, root, path: [] }, proof)).toBe(false);
  });

  test("is refused for impossible numbers and hashes of another length", async () => {
    const root = treeRoot(leaves);
    const at = { index: 0, size: 40, leaf: await leafHash(leaves[0] as Buffer, proof), root, path: inclusionPath(0, leaves) };
    for (const wrong of [{ index: -1 }, { index: 40 }, { index: 0.5 }, { size: 0 }, { size: 2 ** 53 }, { size: Number.NaN }])
      expect(await isIncluded({ ...at, ...wrong }, proof)).toBe(false);
    expect(await isIncluded({ ...at, path: at.path.map((hash) => hash.subarray(1)) }, proof)).toBe(false);
  });
});

describe("consistency", () => {
  test("holds between all sizes up to 40, and not with a changed root, path or size", async () => {
    for (let to = 1; to <= leaves.length; to++) {
      const now = { size: to, root: treeRoot(leaves.slice(0, to)) };
      for (let from = 1; from <= to; from++) {
        const old = { size: from, root: treeRoot(leaves.slice(0, from)) };
        const path = consistencyPath(from, leaves.slice(0, to));
        expect(await isConsistent(old, now, path, proof)).toBe(true);
        expect(await isConsistent({ ...old, root: flipped(old.root) }, now, path, proof)).toBe(false);
        expect(await isConsistent(old, { ...now, root: flipped(now.root) }, path, proof)).toBe(false);
        expect(await isConsistent(old, now, [...path, now.root], proof)).toBe(false);
        if (path.length) expect(await isConsistent(old, now, path.slice(0, -1), proof)).toBe(false);
      }
    }
  });

  test("is not there for a fork: one old entry differs", async () => {
    const forked = leaves.map((entry, i) => (i === 3 ? Buffer.from("rewritten") : entry));
    const old = { size: 20, root: treeRoot(leaves.slice(0, 20)) };
    const now = { size: 40, root: treeRoot(forked) };
    expect(await isConsistent(old, now, consistencyPath(20, forked), proof)).toBe(false);
    expect(await isConsistent(old, now, consistencyPath(20, leaves), proof)).toBe(false);
  });

  test("needs the whole way up: one root is not that of two sizes", async () => {
    const root = treeRoot(leaves);
    expect(await isConsistent({ size: 3, root }, { size: 40, root }, [root], proof)).toBe(false);
  });

  test("is refused from an empty or a longer log, whatever the path", async () => {
    const root = treeRoot(leaves);
    expect(await isConsistent({ size: 0, root: treeRoot([]) }, { size: 40, root }, [], proof)).toBe(false);
    expect(await isConsistent({ size: 41, root }, { size: 40, root }, [], proof)).toBe(false);
    expect(await isConsistent({ size: 40, root }, { size: 40, root: flipped(root) }, [], proof)).toBe(false);
  });
});
