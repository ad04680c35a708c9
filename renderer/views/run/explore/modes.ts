import type { FlameMode, RunTab, TableMode } from '../../../state/selection';

export const flameModeTitles: Record<FlameMode, { title: string; hint: string }> = {
  chart: { title: 'Flame chart', hint: 'Calls in order of time, thread by thread' },
  'left-heavy': { title: 'Left heavy', hint: 'Equal stacks added up, the heaviest on the left' },
  sandwich: { title: 'Sandwich', hint: 'One function: its callers above, what it calls below' },
  'top-down': { title: 'Top-down', hint: 'The call tree as a table, from the outermost call' },
  'bottom-up': { title: 'Bottom-up', hint: 'Where the time was spent, and who called it' },
};

export const tableModeTitles: Record<TableMode, { title: string; hint: string }> = {
  functions: { title: 'Functions', hint: 'Each function, wherever it was called' },
  packages: { title: 'Packages', hint: 'Your code, each npm package, Node.js, native code' },
  categories: { title: 'Kinds', hint: 'Your code, dependencies, Node.js, native, GC, idle' },
  files: { title: 'Files', hint: 'Each script file' },
};

/** Tabs with profiles in them. */
export const exploringTabs: readonly RunTab[] = ['flame', 'functions', 'memory'];

/** Allocations have no times: what is a chart for CPU time is left-heavy for them. */
export function modeOnTab(tab: RunTab, mode: FlameMode): FlameMode {
  return tab === 'memory' && mode === 'chart' ? 'left-heavy' : mode;
}
