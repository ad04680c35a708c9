/** Transforms in words, for breadcrumbs and context menus. */
import { fileName } from './collapse';
import { keyOf } from '../frame-key';
import { formatPercent } from '../format';
import { categories } from '../types';
import type { Category, FrameTable } from '../types';
import type { Transform } from './types';

const categoryNames: Record<Category, string> = {
  app: 'application',
  dependency: 'packages',
  node: 'Node internals',
  native: 'native',
  gc: 'garbage collection',
  program: 'program',
  idle: 'idle',
  profiler: 'profiler',
  root: 'root',
};

/** A few words for a breadcrumb: `Focus on renderCatalog`, `Packages collapsed`. */
export function describeTransform(transform: Transform): string {
  switch (transform.kind) {
    case 'categories':
      return `Only ${transform.keep.map((category) => categoryNames[category]).join(', ') || 'nothing'}`;
    case 'collapse-recursion':
      return transform.functionKey === null
        ? 'Recursion collapsed'
        : `Recursion of ${nameIn(transform.functionKey)} collapsed`;
    case 'collapse-function':
      return `${nameIn(transform.functionKey)} collapsed`;
    case 'collapse-file':
      return `${fileName(transform.url)} collapsed`;
    case 'collapse-package':
      return `${transform.packageName} collapsed`;
    case 'collapse-dependencies':
      return 'Packages collapsed';
    case 'collapse-node':
      return 'Node internals collapsed';
    case 'merge-function':
      return `${nameIn(transform.functionKey)} merged into callers`;
    case 'drop-function':
      return `Without ${nameIn(transform.functionKey)}`;
    case 'focus-subtree':
      return `Below ${nameIn(transform.path.at(-1) ?? '(root)')} on one path`;
    case 'focus-function':
      return `Focus on ${nameIn(transform.functionKey)}`;
    case 'focus-callees':
      return `Below ${nameIn(transform.functionKey)}`;
    case 'drop-below':
      return `Without paths below ${formatPercent(transform.share)}`;
  }
}

/** One line of a context menu. */
export interface TransformChoice {
  label: string;
  transform: Transform;
}

/**
 * What can be done about a frame, most wanted first. With the call path at hand (function keys from the root's child to
 * the frame) the frame's own subtree is offered, too. Only what fits: nothing of packages for a frame of no package.
 */
export function transformsFor(
  frames: FrameTable,
  frame: number,
  options: { path?: string[] } = {},
): TransformChoice[] {
  const category = categories[frames.category[frame]!]!;
  if (category === 'root') return [];
  const functionKey = keyOf(frames, frame);
  const url = frames.url[frame]!;
  const packageName = frames.packageName[frame]!;
  const isCode =
    category === 'app' || category === 'dependency' || category === 'node' || category === 'native';
  const choices: TransformChoice[] = [];
  const offer = (label: string, transform: Transform) => choices.push({ label, transform });

  if (isCode) {
    if (options.path && options.path.length > 0)
      offer('Focus on this subtree only', { kind: 'focus-subtree', path: options.path });
    offer('Focus on function', { kind: 'focus-function', functionKey });
    offer('Focus on what the function calls', { kind: 'focus-callees', functionKey });
    offer('Merge function into its callers', { kind: 'merge-function', functionKey });
    offer('Collapse function (charge its callees to it)', { kind: 'collapse-function', functionKey });
    offer('Collapse recursion of this function', { kind: 'collapse-recursion', functionKey });
  }
  offer('Leave out samples with this function', { kind: 'drop-function', functionKey });
  if (isCode) {
    // What stands for a whole group already cannot be collapsed further.
    const isGroup = frames.line[frame] === 0 && frames.column[frame] === 0;
    if (url !== '' && category !== 'node' && !(isGroup && url.startsWith('node_modules/')))
      offer(`Collapse file ${fileName(url)}`, { kind: 'collapse-file', url });
    if (packageName !== '') {
      offer(`Collapse package ${packageName}`, { kind: 'collapse-package', packageName });
      offer('Collapse all packages', { kind: 'collapse-dependencies' });
    }
    if (category === 'node') offer('Collapse Node internals', { kind: 'collapse-node' });
    offer('Collapse all recursion', { kind: 'collapse-recursion', functionKey: null });
  }
  offer(`Only samples in ${categoryNames[category]}`, { kind: 'categories', keep: [category] });
  return choices;
}

function nameIn(functionKey: string): string {
  const end = functionKey.indexOf('\n');
  return end === -1 ? functionKey : functionKey.slice(0, end);
}
