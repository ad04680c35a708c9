/** Selecting rows of a list: one by one, or with Shift all between two. Pure. */

export interface RowSelection {
  ids: ReadonlySet<string>;
  /** The row the next Shift-click reaches from. */
  anchor: string | null;
}

export const noRows: RowSelection = { ids: new Set(), anchor: null };

/** After a click on a row's checkbox. With `range`, all rows between the anchor and it become as it becomes. */
export function toggleRow(
  selection: RowSelection,
  id: string,
  options: { range: boolean; order: readonly string[] },
): RowSelection {
  const ids = new Set(selection.ids);
  const on = !ids.has(id);
  const from = selection.anchor === null ? -1 : options.order.indexOf(selection.anchor);
  const to = options.order.indexOf(id);
  const touched =
    options.range && from !== -1 && to !== -1
      ? options.order.slice(Math.min(from, to), Math.max(from, to) + 1)
      : [id];
  for (const each of touched) {
    if (on) ids.add(each);
    else ids.delete(each);
  }
  return { ids, anchor: id };
}

/** The selection without rows that are no longer in the list. */
export function keepExisting(selection: RowSelection, order: readonly string[]): RowSelection {
  const existing = new Set(order);
  if ([...selection.ids].every((id) => existing.has(id))) return selection;
  return {
    ids: new Set([...selection.ids].filter((id) => existing.has(id))),
    anchor: selection.anchor !== null && existing.has(selection.anchor) ? selection.anchor : null,
  };
}
