export interface Reports {
  unit?: object;
  whole?: object;
}
export function countOf(reports: Reports): { passed: number; failed: number; skipped: number };
export function failuresOf(reports: Reports, root: string): string[];
