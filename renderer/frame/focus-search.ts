/** Puts the cursor into the visible view's search field, if it has one. */
export function focusSearch(): void {
  const field = document.querySelector<HTMLInputElement>('input[data-search]');
  field?.focus();
  field?.select();
}
