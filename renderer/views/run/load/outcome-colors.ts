/** Names of the colours (`--outcome-…` in load.css) of status classes and error kinds. */

/** From the bottom: what is well stands below. */
export const statusOrder = ['2xx', '1xx', '3xx', '4xx', '5xx'];

/** Status classes that were answered, in the order they are stacked, with their counts. */
export function statusesOf({ statusClasses }: { statusClasses: Record<string, number> }): [string, number][] {
  return Object.entries(statusClasses)
    .filter(([, count]) => count > 0)
    .sort(([a], [b]) => statusOrder.indexOf(a) - statusOrder.indexOf(b));
}

/** A status class has its own; error kinds take turns, neighbours differ in lightness, too. */
export function outcomeColor(name: string, index: number): string {
  if (/^[1-5]xx$/.test(name)) return name;
  return `error-${index % 5}`;
}
