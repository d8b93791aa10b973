/** Which page is open. Paths: / /v/ID /@handle /me /kept /upload /operator /villain */

type Own = "me" | "kept" | "upload" | "operator" | "villain";

export type Route =
  | { page: "feed"; video: string | null }
  | { page: "nothing" }
  | { page: "creator"; handle: string }
  | { page: Own };

export function readRoute(path: string): Route {
  const video = /^\/v\/([^/]+)\/?$/.exec(path)?.[1];
  if (video) return { page: "feed", video: decodeURIComponent(video) };
  const handle = /^\/@([^/]+)\/?$/.exec(path)?.[1];
  if (handle) return { page: "creator", handle: decodeURIComponent(handle) };
  const name = path.replace(/^\/|\/$/g, "");
  if (/^(me|kept|upload|operator|villain)$/.test(name)) return { page: name as Own };
  return name === "" || name === "index.html" ? { page: "feed", video: null } : { page: "nothing" };
}

/** The state of an entry of the history that has one of ours before it. */
const ONE_BACK = 1;

/** Whether this entry is an open sheet's (`Sheet.svelte`), which has the page it stands on before it. */
const isSheet = (): boolean => Boolean((history.state as { sheet?: number } | null)?.sheet);

class Router {
  route = $state.raw<Route>(readRoute(location.pathname));

  constructor() {
    addEventListener("popstate", () => (this.route = readRoute(location.pathname)));
    // The sheet is not open any more after a reload under it, and its entry would be a dead Back.
    if (isSheet()) history.back();
  }

  go = (path: string): void => {
    if (path === location.pathname) return;
    history[isSheet() ? "replaceState" : "pushState"](ONE_BACK, "", path);
    this.route = readRoute(location.pathname);
  };

  /** What is on the screen is no more what stands at this address: it is the feed's. */
  leaveLink = (): void => {
    history.replaceState(history.state, "", "/");
    this.route = readRoute("/");
  };

  /** Back to where one came from, or to the feed when this page was opened directly. */
  back = (): void => {
    if (history.state) history.back();
    else {
      history.replaceState(null, "", "/");
      this.route = readRoute("/");
    }
  };
}

export const router = new Router();

/** Pages that the server makes, readable without script, and what is no page at all. */
const SERVED = /^\/(?:api|log|policies|witnesses|threat-model|specs|docs|tlog)(?:\/|$)/;

/** Let plain links inside the app change the page without loading it anew. */
export function followLinks(event: MouseEvent): void {
  const link = (event.target as Element | null)?.closest("a");
  const isPlain = event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey;
  if (!link || !isPlain || link.target || link.hasAttribute("download")) return;
  if (link.origin !== location.origin || SERVED.test(link.pathname)) return;
  event.preventDefault();
  router.go(link.pathname);
}
