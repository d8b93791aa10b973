/** The checks' cryptography from node, so that tests need no browser. */
import { createHash, createPublicKey, verify } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Proof } from "../src/receipts/proof";

export const proof: Proof = {
  sha256: async (data) => new Uint8Array(createHash("sha256").update(data).digest()),
  verifies: async (signature, message, publicKey) => {
    const spki = Buffer.concat([Buffer.from("302a300506032b6570032100", "hex"), publicKey]);
    const key = createPublicKey({ key: spki, format: "der", type: "spki" });
    return verify(null, message, key, signature);
  },
};

export const vectors = <T>(name: string): T =>
  JSON.parse(readFileSync(new URL(`../../specs/vectors/${name}.json`, import.meta.url), "utf8")) as T;
