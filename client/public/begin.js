begun = fetch("/api/v1/session", { method: "POST", headers: { "x-plainview": "1" }, signal: AbortSignal.timeout(15000) }).catch(() => {});
