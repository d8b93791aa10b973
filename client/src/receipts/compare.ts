/** Finds out what became of receipts after they were handed over. */
import { isSigned } from "./check";
import { fault, type Fault } from "./faults";
import { digestOf, type Proof } from "./proof";

/** One receipt as this browser got it and as the server has it now. */
export async function compareStored(
  kept: { id: string; number: number; receipt: string },
  stored: { receipt: string; signature: string } | undefined,
  publicKey: string,
  proof: Proof,
): Promise<Fault | null> {
  const about = kept.number;
  if (!stored)
    return { about, ...fault("stored", `The server no longer has receipt № ${kept.number}. You still do.`, kept.id, "nothing") };
  const found = await digestOf(stored.receipt, proof);
  if (found !== kept.id)
    return { about, ...fault("stored", `Receipt № ${kept.number} was changed on the server after you got it.`, kept.id, found) };
  if (!(await isSigned(stored.receipt, stored.signature, publicKey, proof)))
    return { about, ...fault("signature", `The server’s copy of receipt № ${kept.number} no longer carries a right signature.`) };
  return null;
}
