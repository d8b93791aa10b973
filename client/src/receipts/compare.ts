/** Finds out what became of receipts after they were handed over. */
import { isSigned } from "./check";
import { fault, type Fault } from "./faults";
import { digestOf, type Proof } from "./proof";

/** Keys change; a receipt is right under any that was in force. */
export async function isSignedByOne(receipt: string, signature: string, keys: readonly string[], proof: Proof): Promise<boolean> {
  for (const key of keys) if (await isSigned(receipt, signature, key, proof)) return true;
  return false;
}

/** One receipt as this browser got it and as the server has it now. */
export async function compareStored(
  kept: { id: string; number: number; receipt: string },
  stored: { receipt: string; signature: string } | undefined,
  publicKeys: readonly string[],
  proof: Proof,
): Promise<Fault | null> {
  const about = kept.number;
  if (!stored)
    return { about, ...fault("stored", `The server no longer has receipt № ${kept.number}. You still do.`, kept.id, "nothing") };
  const found = await digestOf(stored.receipt, proof);
  if (found !== kept.id)
    return { about, ...fault("stored", `Receipt № ${kept.number} was changed on the server after you got it.`, kept.id, found) };
  if (!(await isSignedByOne(stored.receipt, stored.signature, publicKeys, proof)))
    return { about, ...fault("signature", `The server’s copy of receipt № ${kept.number} no longer carries a right signature.`) };
  return null;
}
