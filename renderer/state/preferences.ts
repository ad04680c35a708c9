/** What one person prefers in this window; kept in localStorage, never needed to work. */
import { create } from 'zustand';

interface Preferences {
  /** µs between CPU samples offered in the run form. */
  cpuIntervalUs: number;
  /** What "Open in editor" starts: `code`, `webstorm`, `subl`, or a command with {file}, {line}, {column}. */
  editor: string;
  /** The source of the selected function is shown in its details. */
  sourceOpen: boolean;
  lanesCollapsed: boolean;
  detailsOpen: boolean;
  /** Notices of `app.info` that were put away. */
  dismissedNotices: string[];
}

const storageKey = 'scorchmark.preferences';
const defaults: Preferences = {
  cpuIntervalUs: 1000,
  editor: 'code',
  sourceOpen: true,
  lanesCollapsed: false,
  detailsOpen: true,
  dismissedNotices: [],
};

function read(): Preferences {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(storageKey) ?? '{}');
    return { ...defaults, ...(typeof stored === 'object' ? (stored as Partial<Preferences>) : {}) };
  } catch {
    return defaults;
  }
}

export const usePreferences = create<Preferences & { set: (change: Partial<Preferences>) => void }>(
  (set, get) => ({
    ...read(),
    set(change) {
      set(change);
      const { set: _set, ...all } = get();
      try {
        localStorage.setItem(storageKey, JSON.stringify(all));
      } catch {
        // Storage can be full or forbidden; the choice then lasts until the window closes.
      }
    },
  }),
);
