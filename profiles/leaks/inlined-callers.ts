/**
 * V8's sampling heap profiler sees the frames of the machine, not the functions that were inlined into one another: the same
 * allocation stands under `handle > Session > textOf` at first, and under `handle > textOf` once the code is optimised (seen
 * with Node 20). What was seen at first tells what is missing later.
 */
interface Stack {
  /** The outermost first. */
  keys: readonly string[];
  bytes: number;
}

/** Of a function called in more ways than these nobody can say which one was meant. */
const mostWays = 200;

/**
 * Stacks with the functions put back that others show between the same outermost and innermost one; where several fit, in
 * their proportions. A direct call beside such a longer one cannot be told from it.
 */
export function restoreInlined(stacks: readonly Stack[], known: readonly Stack[]): Stack[] {
  const ways = new Map<string, Stack[]>();
  for (const stack of known) {
    const { keys } = stack;
    if (keys.length < 3) continue;
    const ends = endsOf(keys);
    const same = ways.get(ends);
    if (same) same.push(stack);
    else ways.set(ends, [stack]);
  }
  return stacks.flatMap((stack) => {
    const same = stack.keys.length < 2 ? [] : (ways.get(endsOf(stack.keys)) ?? []);
    if (same.length > mostWays) return [stack];
    const longer = same.filter(({ keys }) => keys.length > stack.keys.length && holds(keys, stack.keys));
    const bytes = longer.reduce((sum, each) => sum + each.bytes, 0);
    return bytes > 0
      ? longer.map((each) => ({ keys: each.keys, bytes: (stack.bytes * each.bytes) / bytes }))
      : [stack];
  });
}

function endsOf(keys: readonly string[]): string {
  return `${keys[0]}\n${keys[keys.length - 1]}`;
}

/** All of `part` occur in `whole`, in this order. */
function holds(whole: readonly string[], part: readonly string[]): boolean {
  let at = 0;
  for (const key of whole) if (key === part[at]) at++;
  return at === part.length;
}
