/** Hands a permalink to the phone's share sheet, or to the clipboard. */
import type { Item } from "../feed/state";
import { desk } from "./desk.svelte";

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // On plain http away from localhost there is no clipboard object: the old way still works.
    const field = document.createElement("textarea");
    field.value = text;
    field.setAttribute("readonly", "");
    field.className = "unseen";
    document.body.append(field);
    field.select();
    const isCopied = document.execCommand("copy");
    field.remove();
    return isCopied;
  }
}

export async function shareVideo(item: Item): Promise<void> {
  const url = new URL(item.video.permalink || `/v/${item.video.id}`, location.href).href;
  const isPhone = matchMedia("(pointer: coarse)").matches;
  if (isPhone && navigator.share) {
    try {
      await navigator.share({ title: item.video.caption, url });
      desk.send({ kind: "shared", item });
    } catch {
      // The viewer closed the share sheet: nothing was shared.
    }
    return;
  }
  const isCopied = await copy(url);
  desk.send({ kind: "said", text: isCopied ? "Link copied" : `The link: ${url}` });
  if (isCopied) desk.send({ kind: "shared", item });
}
