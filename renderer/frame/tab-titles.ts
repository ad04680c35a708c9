import type { RunTab } from '../state/selection';

export const tabTitles: Record<RunTab, string> = {
  summary: 'Summary',
  flame: 'Flame',
  functions: 'Functions',
  memory: 'Memory',
  load: 'Load',
  processes: 'Processes',
  output: 'Output',
};
