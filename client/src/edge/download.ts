/** Saves text as a file on the viewer's machine. */
export function downloadText(name: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10_000);
}

/** Saves a value as a JSON file. */
export function download(name: string, value: unknown): void {
  downloadText(name, JSON.stringify(value, null, 1));
}
