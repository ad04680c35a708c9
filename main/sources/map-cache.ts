/** Source maps that are ready to be asked; the ones used longest ago give way when they become too many. */
import type { ScriptMap } from './script-map';

export interface Mapping {
  map?: ScriptMap;
  /** Why the map that the script names cannot be used, as a sentence. */
  problem?: string;
}

const maxCharacters = 300_000_000;

export class MapCache {
  private readonly entries = new Map<string, { version: string; mapping: Promise<Mapping>; size: number }>();
  private total = 0;

  /** `load` rejects when the map cannot be used; that is remembered for this version of the script, too. */
  get(url: string, version: string, load: () => Promise<ScriptMap | undefined>): Promise<Mapping> {
    const known = this.entries.get(url);
    if (known?.version === version) {
      this.entries.delete(url);
      this.entries.set(url, known);
      return known.mapping;
    }
    if (known) this.drop(url);
    const mapping = load().then(
      (map): Mapping => (map ? { map } : {}),
      (error: unknown): Mapping => ({
        problem: `The source map of ${url} cannot be used: ${(error instanceof Error ? error.message : String(error)).replace(/\.$/, '')}.`,
      }),
    );
    const entry = { version, mapping, size: 0 };
    this.entries.set(url, entry);
    void mapping.then(({ map }) => {
      if (this.entries.get(url) !== entry) return;
      entry.size = map?.sizeCharacters ?? 0;
      this.total += entry.size;
      for (const oldest of this.entries.keys()) {
        if (this.total <= maxCharacters || oldest === url) break;
        this.drop(oldest);
      }
    });
    return mapping;
  }

  private drop(url: string): void {
    this.total -= this.entries.get(url)?.size ?? 0;
    this.entries.delete(url);
  }
}
