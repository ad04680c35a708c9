/** Counts of several kinds over time as stacked columns; thin columns are added up. Pure. */

export interface StackedColumns {
  startUs: number;
  columnWidthUs: number;
  columns: number;
  /** In the order they are stacked, from the bottom. */
  layers: { name: string; counts: Float64Array; total: number }[];
  /** Highest column, all layers together. */
  most: number;
}

/**
 * @param kinds counts by name, one per column of `columnsUs`; names of nothing are left out
 * @param order names that stand below the others, in their order; the others by how many there are
 */
export function stackColumns(
  columnsUs: readonly number[],
  columnWidthUs: number,
  kinds: Readonly<Record<string, readonly number[]>>,
  { order = [], mostColumns = 2000 }: { order?: readonly string[]; mostColumns?: number } = {},
): StackedColumns | null {
  const startUs = columnsUs[0];
  const lastUs = columnsUs[columnsUs.length - 1];
  if (startUs === undefined || lastUs === undefined) return null;
  const wanted = Math.round((lastUs - startUs) / columnWidthUs) + 1;
  const together = Math.max(1, Math.ceil(wanted / Math.max(1, mostColumns)));
  const columns = Math.ceil(wanted / together);
  const layers: StackedColumns['layers'] = [];
  for (const [name, values] of Object.entries(kinds)) {
    const counts = new Float64Array(columns);
    let total = 0;
    for (let column = 0; column < columnsUs.length; column++) {
      const at = Math.floor(Math.round(((columnsUs[column] ?? 0) - startUs) / columnWidthUs) / together);
      counts[at] = (counts[at] ?? 0) + (values[column] ?? 0);
      total += values[column] ?? 0;
    }
    if (total > 0) layers.push({ name, counts, total });
  }
  if (layers.length === 0) return null;
  const rank = (name: string): number => {
    const at = order.indexOf(name);
    return at === -1 ? order.length : at;
  };
  layers.sort((a, b) => rank(a.name) - rank(b.name) || b.total - a.total);
  let most = 0;
  for (let column = 0; column < columns; column++) {
    let sum = 0;
    for (const { counts } of layers) sum += counts[column] ?? 0;
    if (sum > most) most = sum;
  }
  return { startUs, columnWidthUs: columnWidthUs * together, columns, layers, most };
}
