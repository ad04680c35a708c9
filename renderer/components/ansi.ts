/** Terminal colours: the escape sequences of output lines as styled pieces of text. */

export interface AnsiPiece {
  text: string;
  /** 0..15, the terminal's palette; undefined = default. */
  color?: number;
  bold?: boolean;
  dim?: boolean;
}

// CSI sequences, OSC sequences (titles, links) and single-character escapes.
// eslint-disable-next-line no-control-regex -- escape sequences begin with a control character
const escapes = /\u001b(?:\[([0-9;:?]*)[ -/]*([@-~])|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\^_])/g;

export function stripAnsi(text: string): string {
  return text.replace(escapes, '');
}

/** Splits a line at its colour sequences (SGR 0, 1, 2, 22, 30-37, 39, 90-97); other sequences are dropped. */
export function parseAnsi(line: string): AnsiPiece[] {
  const pieces: AnsiPiece[] = [];
  let style: Omit<AnsiPiece, 'text'> = {};
  let from = 0;
  const push = (text: string): void => {
    if (text) pieces.push({ text, ...style });
  };
  for (const match of line.matchAll(escapes)) {
    push(line.slice(from, match.index));
    from = match.index + match[0].length;
    if (match[2] === 'm') style = applySgr(style, match[1] ?? '');
  }
  push(line.slice(from));
  return pieces;
}

function applySgr(before: Omit<AnsiPiece, 'text'>, parameters: string): Omit<AnsiPiece, 'text'> {
  let style = { ...before };
  const codes = parameters.split(/[;:]/).map(Number);
  for (let index = 0; index < codes.length; index++) {
    const code = codes[index] ?? 0;
    if (code === 0) style = {};
    else if (code === 1) style.bold = true;
    else if (code === 2) style.dim = true;
    else if (code === 22) style = { ...style, bold: undefined, dim: undefined };
    else if (code >= 30 && code <= 37) style.color = code - 30;
    else if (code === 39) style.color = undefined;
    else if (code >= 90 && code <= 97) style.color = code - 90 + 8;
    // 256 and true colour: skip their parameters, keep the default colour.
    else if (code === 38 || code === 48) index += codes[index + 1] === 5 ? 2 : 4;
  }
  return style;
}
