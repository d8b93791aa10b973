import { describe, expect, test } from "vitest";
import { treeRoot } from "../../dev/small_log";
import { openCheckpoint } from "../../src/tlog/checkpoint";
import { BadNote, readVkey } from "../../src/tlog/note";
import { isConsistent, isIncluded, leafHash } from "../../src/tlog/tree";
import { proof, vectors } from "../proof";

interface Vectors {
  roots: { size: number; root: string }[];
  inclusion: { index: number; size: number; path: string[] }[];
  consistency: { old: number; new: number; path: string[] }[];
  keys: Record<string, { vkey: string }>;
  checkpoints: { note: string; why: string; witnesses?: string[] }[];
  time_s: number;
}

const given = vectors<Vectors>("tlog-v1");
const bytes = (text: string) => Buffer.from(text, "base64");
const root = (size: number): Buffer => treeRoot(Array.from({ length: size }, (_, n) => Buffer.from(`entry ${n}`)));

describe("the published log", () => {
  test.each(given.roots.map(({ size, root }) => [size, root]))("of %i entries has its root by the definition too", (size, published) => {
    expect(root(Number(size))).toEqual(bytes(String(published)));
  });

  test.each(given.inclusion.map((one) => [one.index, one.size, one] as const))("has entry %i of %i where its path says", async (index, size, { path }) => {
    const at = { index, size, leaf: await leafHash(Buffer.from(`entry ${index}`), proof), root: root(size), path: path.map(bytes) };
    expect(await isIncluded(at, proof)).toBe(true);
    expect(await isIncluded({ ...at, leaf: await leafHash(Buffer.from(`entry ${index + 1}`), proof) }, proof)).toBe(false);
  });

  test.each(given.consistency.map((one) => [one.old, one.new, one] as const))("grew from %i to %i as its path says", async (from, to, { path }) => {
    const [old, now] = [{ size: from, root: root(from) }, { size: to, root: root(to) }];
    expect(await isConsistent(old, now, path.map(bytes), proof)).toBe(true);
    expect(await isConsistent({ ...old, root: root(0) }, now, path.map(bytes), proof)).toBe(false);
  });
});

describe("the published checkpoints", () => {
  const open = async (note: string) => {
    const { log, ...witnesses } = given.keys;
    if (!log) throw new Error("the log's key");
    const known = Object.entries(witnesses).filter(([name]) => /^w\d\.example$/.test(name));
    return openCheckpoint(note, await readVkey(log.vkey, proof), await Promise.all(known.map(([, { vkey }]) => readVkey(vkey, proof))), proof);
  };

  test.each(given.checkpoints.filter(({ witnesses }) => witnesses).map((one) => [one.why, one] as const))("open: %s", async (_, { note, witnesses = [] }) => {
    const { checkpoint, cosigned } = await open(note);
    expect([checkpoint.size, Buffer.from(checkpoint.root)]).toEqual([600, root(600)]);
    expect(cosigned).toEqual(witnesses.map((name) => ({ name: `${name}.example`, at_s: given.time_s })));
  });

  test.each(given.checkpoints.filter(({ witnesses }) => !witnesses).map((one) => [one.why, one] as const))("are refused: %s", async (_, { note }) => {
    await expect(open(note)).rejects.toThrow(BadNote);
  });
});
