/** What keys do on the flame graph. One table: the handler and the help overlay read the same. */

export type FlameAction =
  | { kind: 'zoom'; factor: number }
  | { kind: 'pan'; fraction: number }
  | { kind: 'move'; to: 'up' | 'down' | 'left' | 'right' }
  | { kind: 'match'; step: 1 | -1 }
  | {
      kind: 'transform';
      transform: 'focus-function' | 'focus-subtree' | 'collapse-function' | 'merge-function';
    }
  | { kind: 'open' | 'select' | 'reset' | 'escape' | 'menu' };

interface KeyEntry {
  /** `KeyboardEvent.key` values; letters are compared without case. */
  keys: string[];
  shift?: boolean;
  action: FlameAction;
}

interface KeyLine {
  /** As written for people. */
  shown: string[];
  text: string;
  entries: KeyEntry[];
  /** Only while something is searched; looked at before the others. */
  searching?: boolean;
}

const lines: KeyLine[] = [
  {
    shown: ['Enter', 'Shift Enter'],
    text: 'Next or previous match of the search',
    searching: true,
    entries: [
      { keys: ['Enter'], shift: false, action: { kind: 'match', step: 1 } },
      { keys: ['Enter'], shift: true, action: { kind: 'match', step: -1 } },
    ],
  },
  {
    shown: ['W', 'S'],
    text: 'Zoom in and out',
    entries: [
      { keys: ['w', '+', '='], action: { kind: 'zoom', factor: 1 / 1.5 } },
      { keys: ['s', '-'], action: { kind: 'zoom', factor: 1.5 } },
    ],
  },
  {
    shown: ['A', 'D'],
    text: 'Move left and right',
    entries: [
      { keys: ['a'], action: { kind: 'pan', fraction: -0.2 } },
      { keys: ['d'], action: { kind: 'pan', fraction: 0.2 } },
    ],
  },
  {
    shown: ['↑', '↓', '←', '→'],
    text: 'Go to the caller, a callee, the previous or next call',
    entries: [
      { keys: ['ArrowUp'], action: { kind: 'move', to: 'up' } },
      { keys: ['ArrowDown'], action: { kind: 'move', to: 'down' } },
      { keys: ['ArrowLeft'], action: { kind: 'move', to: 'left' } },
      { keys: ['ArrowRight'], action: { kind: 'move', to: 'right' } },
    ],
  },
  {
    shown: ['Enter', 'Z'],
    text: 'Zoom to the frame (while searching: Z)',
    entries: [{ keys: ['Enter', 'z'], action: { kind: 'open' } }],
  },
  { shown: ['Space'], text: 'Select the function', entries: [{ keys: [' '], action: { kind: 'select' } }] },
  {
    shown: ['F'],
    text: 'Focus on the function: its callers and callees',
    entries: [{ keys: ['f'], shift: false, action: { kind: 'transform', transform: 'focus-function' } }],
  },
  {
    shown: ['Shift F'],
    text: 'Focus on what lies below this frame',
    entries: [{ keys: ['f'], shift: true, action: { kind: 'transform', transform: 'focus-subtree' } }],
  },
  {
    shown: ['C'],
    text: 'Collapse the function: what it calls counts as its own',
    entries: [{ keys: ['c'], shift: false, action: { kind: 'transform', transform: 'collapse-function' } }],
  },
  {
    shown: ['M'],
    text: 'Merge the function into its callers',
    entries: [{ keys: ['m'], shift: false, action: { kind: 'transform', transform: 'merge-function' } }],
  },
  { shown: ['0'], text: 'Show everything', entries: [{ keys: ['0'], action: { kind: 'reset' } }] },
  {
    shown: ['Esc'],
    text: 'Zoom out to the caller, then clear the selection',
    entries: [{ keys: ['Escape'], action: { kind: 'escape' } }],
  },
  {
    shown: ['Shift F10'],
    text: 'Menu of the frame',
    entries: [
      { keys: ['ContextMenu'], action: { kind: 'menu' } },
      { keys: ['F10'], shift: true, action: { kind: 'menu' } },
    ],
  },
];

const mouse: FlameKeyHelp[] = [
  { keys: ['Wheel', 'Pinch'], text: 'Zoom at the pointer' },
  { keys: ['Drag', 'Swipe'], text: 'Move' },
  { keys: ['Shift Wheel'], text: 'Scroll up and down' },
  { keys: ['Double-click'], text: 'Zoom to the frame' },
  { keys: ['Shift Drag'], text: 'Select a range of time in the flame chart' },
];

export interface FlameKeyHelp {
  keys: string[];
  text: string;
}

/** Everything the flame graph listens to, for the help overlay. */
export const flameKeys: readonly FlameKeyHelp[] = [
  ...lines.map(({ shown, text }) => ({ keys: shown, text })),
  ...mouse,
];

/** What a key press means; null when it means nothing here. */
export function actionOf(
  event: Pick<KeyboardEvent, 'key' | 'shiftKey' | 'ctrlKey' | 'metaKey' | 'altKey'>,
  searching: boolean,
): FlameAction | null {
  if (event.ctrlKey || event.metaKey || event.altKey) return null;
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
  for (const { entries, searching: onlySearching } of lines) {
    if (onlySearching && !searching) continue;
    for (const entry of entries)
      if (entry.keys.includes(key) && (entry.shift === undefined || entry.shift === event.shiftKey))
        return entry.action;
  }
  return null;
}
