/** Keys that work everywhere, and when they must not: while somebody types or a dialog is open. */

/** True when a plain letter belongs to the element that has the focus. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return target instanceof HTMLInputElement && !/^(checkbox|radio|button|submit|range)$/.test(target.type);
}

export function isDialogOpen(): boolean {
  return document.querySelector('[role="dialog"], [role="menu"]') !== null;
}

export interface KeyActions {
  newRun: () => void;
  stop: () => void;
  tab: (number: number) => void;
  search: () => void;
  stepRange: (by: 1 | -1) => void;
  escape: () => void;
  help: () => void;
  back: () => void;
  forward: () => void;
}

/** Does what a key means; returns whether it meant anything. */
export function handleKey(event: KeyboardEvent, actions: KeyActions): boolean {
  if (event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
    if (event.key === 'ArrowLeft') return done(() => actions.back());
    if (event.key === 'ArrowRight') return done(() => actions.forward());
    return false;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || isDialogOpen()) return false;
  if (event.key === 'Escape') {
    if (isTyping(event.target)) {
      const field = event.target as HTMLElement;
      // The search field is part of the selection: Escape first leaves it.
      field.blur();
      return true;
    }
    return done(() => actions.escape());
  }
  if (isTyping(event.target)) return false;
  if (/^[1-9]$/.test(event.key)) return done(() => actions.tab(Number(event.key)));
  switch (event.key) {
    case 'n':
    case 'N':
      return done(() => actions.newRun());
    case 's':
    case 'S':
      return done(() => actions.stop());
    case '/':
      return done(() => actions.search());
    case '[':
      return done(() => actions.stepRange(-1));
    case ']':
      return done(() => actions.stepRange(1));
    case '?':
      return done(() => actions.help());
    default:
      return false;
  }
}

function done(action: () => void): true {
  action();
  return true;
}

export const isMac = typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent);
export const modKey = isMac ? '⌘' : 'Ctrl';
