import type { Category } from '../../../profiles/types';

/** How kinds of code are called in sentences and tables. */
export const categoryLabels: Record<Category, string> = {
  app: 'Your code',
  dependency: 'Dependencies',
  node: 'Node.js internals',
  native: 'Native code',
  gc: 'Garbage collection',
  program: 'Program (no JavaScript)',
  idle: 'Idle',
  profiler: 'Scorchmark itself',
  root: 'Root',
};
