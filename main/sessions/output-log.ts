/** The lines of `output.log`: `<seconds with 6 decimals> out|err <text>`. Pure. */
import type { OutputLine } from '../api';

/** Always ends with a newline; a text with line breaks becomes several lines of the same moment. */
export function formatOutputLine(line: OutputLine): string {
  const head = `${(line.tUs / 1e6).toFixed(6)} ${line.stream} `;
  return line.text
    .split(/\r\n|[\r\n]/)
    .map((text) => `${head}${text}\n`)
    .join('');
}

const pattern = /^(-?\d+\.\d{6}) (out|err) (.*)$/s;

/** Lines that are not of this form (a torn last one) are left out. */
export function parseOutputLog(text: string): OutputLine[] {
  const lines: OutputLine[] = [];
  for (const line of text.split('\n')) {
    const match = pattern.exec(line);
    if (!match) continue;
    lines.push({
      tUs: Math.round(Number(match[1]) * 1e6),
      stream: match[2] === 'out' ? 'out' : 'err',
      text: match[3] ?? '',
    });
  }
  return lines;
}
