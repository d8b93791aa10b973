/**
 * The keys that sign this service's receipts: the first one seen, and those that a signed root of
 * trust put in its place. Loaded when one has changed, or an old receipt is checked again.
 */
import { fault } from "../receipts/faults";
import { BadTrust, parseTrust } from "../receipts/trust";
import type { Ledger, SeenKey } from "./ledger";
import { logApi } from "./log_api";
import { read, update } from "./store";
import { memoryCell, remembered, trusted, type Memory } from "./trusted";

const cell = ({ session }: Ledger): string => `key.${session.edition}`;

/** All keys that a receipt kept here may be signed with, the one in force first. */
export async function receiptKeys(ledger: Ledger): Promise<readonly string[]> {
  const { public_key } = ledger.session;
  const { former = [] } = await read<Partial<SeenKey>>(cell(ledger), {});
  return [public_key, ...former];
}

/** Whether roots of trust that follow from the one this browser keeps name the key. */
async function isAnnounced(ledger: Ledger): Promise<boolean> {
  const memory = await remembered(ledger);
  if (!memory) return false;
  try {
    const now = await trusted(await logApi.state(), memory, ledger);
    await update<Memory | null>(memoryCell(ledger), null, (kept) => (kept ? { ...kept, vkey: now.vkey, trust: now.trust } : kept));
    return parseTrust(now.trust).receipt_keys.includes(ledger.session.public_key);
  } catch (error) {
    if (error instanceof BadTrust) return false;
    throw error;
  }
}

/** The service signs with another key than `known`. */
export async function rekeyed(ledger: Ledger, known: SeenKey): Promise<void> {
  const { public_key, viewer } = ledger.session;
  if (known.viewer !== viewer) {
    await update<SeenKey>(cell(ledger), known, () => ({ public_key, viewer }));
    ledger.noticed([], ["This service began anew: it has a new signing key and no longer knows the viewer you were."]);
  } else if (await isAnnounced(ledger).catch(() => false)) {
    await update<SeenKey>(cell(ledger), known, ({ former = [] }) => ({ public_key, viewer, former: [known.public_key, ...former] }));
  } else {
    ledger.noticed([fault("key", "The service now signs with another key than the one you first saw, and no root of trust in its log says so.", known.public_key, public_key)], []);
  }
}
