/** The heart that flies up from a double tap. Loaded with the first one. */
import { mount, unmount } from "svelte";
import Icon from "./Icon.svelte";

const FLIES_MS = 900;

export function throwHeart(into: Element, left: number, top: number, tilt: number): void {
  const place = document.createElement("span");
  place.className = "heart";
  place.style.cssText = `left:${left}px;top:${top}px;--tilt:${tilt}deg`;
  const heart = mount(Icon, { target: place, props: { name: "like", size: 104, filled: true } });
  into.append(place);
  setTimeout(() => void unmount(heart).then(() => place.remove()), FLIES_MS);
}
