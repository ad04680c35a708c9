/** The scenario's name as the name of a file: `Shop: check-out` becomes `shop-check-out`. */
export function baseNameOf(name: string): string {
  const base = name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 80);
  return base === '' ? 'scenario' : base;
}
