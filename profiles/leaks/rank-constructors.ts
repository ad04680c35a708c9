/** Which of the constructors that grew between two snapshots is the cause, and which merely came with it. */
import type { ConstructorChange } from '../heap/questions';

export interface RankedConstructor {
  change: ConstructorChange;
  /** Bytes that the additional ones hold, themselves included: estimated from what all of them hold. */
  heldChange: number;
}

/** What V8 and Node make themselves of other objects' contents: a string is part of whatever has it as a property. */
const isPart = (name: string): boolean => /^\(.*\)$|^system\b|^InternalNode|^Node \/ /.test(name);
/** Containers without a name of their own: they may well be the cause, but say less than a class that grew as much. */
const sayLittle = new Set(['Object', 'Array', 'Map', 'Set', 'ArrayBuffer', 'Function']);
const ofLittleUse = 0.9;

/**
 * The causes first. A constructor's weight is what its additional objects hold (their strings, arrays and contexts
 * included), so that a class stands before the parts it is made of. Parts come behind all constructors that explain them, and
 * in front when nothing does: 50 MB more of strings that hang in one array.
 */
export function rankConstructors(changes: readonly ConstructorChange[], most = 10): RankedConstructor[] {
  const grown = changes
    .filter(({ countChange, sizeChange }) => countChange > 0 && sizeChange > 0)
    .map((change) => ({ change, heldChange: heldByAdditional(change) }));
  const named = grown.filter(({ change }) => !isPart(change.name));
  let explained = 0;
  for (const { heldChange } of named) explained = Math.max(explained, heldChange);
  const weight = ({ change, heldChange }: RankedConstructor): number => {
    if (!isPart(change.name)) return sayLittle.has(change.name) ? heldChange * ofLittleUse : heldChange;
    // A part whose growth no constructor accounts for stands for itself.
    return change.sizeChange > 2 * explained ? change.sizeChange : -1 / change.sizeChange;
  };
  return grown.sort((a, b) => weight(b) - weight(a)).slice(0, most);
}

function heldByAdditional({ name, countB, countChange, retainedB, sizeChange }: ConstructorChange): number {
  if (isPart(name) || countB === 0) return sizeChange;
  return Math.max(sizeChange, (retainedB / countB) * countChange);
}
