/** Resolves when a first video is on the screen: what it is for must not take the network from it. */
const ANYWAY_MS = 20_000;

export const firstFrame: Promise<void> = new Promise((resolve) => {
  const observer = new PerformanceObserver((list) => {
    if (!list.getEntriesByName("plainview:first-frame").length) return;
    observer.disconnect();
    resolve();
  });
  observer.observe({ type: "measure", buffered: true });
  setTimeout(resolve, ANYWAY_MS);
});
