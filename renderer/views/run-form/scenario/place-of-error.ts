/** The line (from 1) that an error of a scenario's text names: `Line 12, column 7 (steps[2].timeout): …`; null when it names none. */
export function lineOf(message: string): number | null {
  const match = /\bline (\d+)/i.exec(message);
  return match ? Number(match[1]) : null;
}
