/** Tells V8's heap snapshots, which are no profiles, by their first bytes and by their names. */

/** With dot, lower case. Allocation timelines of DevTools are heap snapshots with more in them. */
export const snapshotExtensions: readonly string[] = ['.heapsnapshot', '.heaptimeline'];

/** How V8 begins every snapshot (HeapSnapshotJSONSerializer::SerializeImpl), whitespace aside. */
const beginning = /^\uFEFF?\s*\{\s*"snapshot"\s*:\s*\{/;

/** @param text the first bytes, unpacked */
export function isHeapSnapshot(text: string): boolean {
  return beginning.test(text);
}

/** Whether it calls itself one, gzipped or not. */
export function hasSnapshotName(fileName: string): boolean {
  return /\.heap(?:snapshot|timeline)(?:\.gz)?$/i.test(fileName);
}
