/** Lists of a form, changed by making new ones. */

export function replaced<T>(list: readonly T[], at: number, change: Partial<T>): T[] {
  return list.map((each, index) => (index === at ? { ...each, ...change } : each));
}

export function without<T>(list: readonly T[], at: number): T[] {
  return list.filter((_each, index) => index !== at);
}

/** One place up (−1) or down (+1); at the ends nothing moves. */
export function moved<T>(list: readonly T[], at: number, by: 1 | -1): T[] {
  const to = at + by;
  const copy = [...list];
  const [one] = copy.splice(at, 1);
  if (one === undefined || to < 0 || to >= list.length) return [...list];
  copy.splice(to, 0, one);
  return copy;
}
