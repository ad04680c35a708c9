/**
 * A command line as one would type it in a POSIX shell, as words: quotes, backslashes and `NAME=value` in front,
 * but nothing a shell would expand or connect (`$HOME`, `*`, `|`, `&&`); those are reported.
 */

export interface CommandLine {
  /** Leading `NAME=value` words. */
  env: Record<string, string>;
  argv: string[];
  /** Why it cannot be split. */
  error: string | null;
  /** The shell syntax found outside quotes, for example `&&`: it would be passed on as plain words. */
  shellSyntax: string | null;
}

const operators = /^(?:&&|\|\||[|;&<>]|\$\(|`)/;

/**
 * Splits a command line. `platform` is that of the engine: on `win32` a backslash is part of a path and
 * escapes only a double quote.
 */
export function parseCommandLine(text: string, platform = 'linux'): CommandLine {
  const words: Word[] = [];
  let word: Word | null = null;
  let quote: '"' | "'" | null = null;
  let shellSyntax: string | null = null;

  for (let index = 0; index < text.length; index++) {
    const char = text[index] ?? '';
    const next = text[index + 1];
    if (quote === "'") {
      if (char === "'") quote = null;
      else word = append(word, char);
    } else if (char === '\\' && escapes(next, quote, platform)) {
      index++;
      word = quoteHere(word);
      // A backslash before a line break joins the lines.
      if (next !== '\n') word = append(word, next);
    } else if (quote === '"') {
      if (char === '"') quote = null;
      else word = append(word, char);
    } else if (char === '"' || char === "'") {
      word = quoteHere(word);
      quote = char;
    } else if (/\s/.test(char)) {
      if (word) words.push(word);
      word = null;
    } else {
      shellSyntax ??= operators.exec(text.slice(index))?.[0] ?? null;
      word = append(word, char);
    }
  }
  if (word) words.push(word);

  const env: Record<string, string> = {};
  let first = 0;
  for (; first < words.length; first++) {
    const word = words[first];
    const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(word?.text ?? '');
    if (!assignment || word?.quotedName) break;
    env[assignment[1] ?? ''] = assignment[2] ?? '';
  }
  return {
    env,
    argv: words.slice(first).map((each) => each.text),
    error: quote === null ? null : `The quote ${quote} is not closed.`,
    shellSyntax,
  };
}

interface Word {
  text: string;
  /** Quoted before any `=`: then it is a command, however much it looks like an assignment. */
  quotedName: boolean;
}

const append = (word: Word | null, text: string): Word => ({
  text: (word?.text ?? '') + text,
  quotedName: word?.quotedName ?? false,
});

const quoteHere = (word: Word | null): Word => ({
  text: word?.text ?? '',
  quotedName: word?.quotedName === true || !word?.text.includes('='),
});

function escapes(next: string | undefined, quote: '"' | "'" | null, platform: string): next is string {
  if (next === undefined) return false;
  if (platform === 'win32') return next === '"';
  return quote === '"' ? /["\\$`\n]/.test(next) : true;
}

/** The words as a line that `parseCommandLine` splits into the same words. */
export function formatCommandLine(argv: readonly string[], platform = 'linux'): string {
  return argv
    .map((word, index) => {
      const assignment = index === 0 && /^[A-Za-z_]\w*=/.test(word);
      const plain = platform === 'win32' ? /^[\w@%+=:,./\\-]+$/ : /^[\w@%+=:,./-]+$/;
      if (plain.test(word) && !assignment) return word;
      if (platform === 'win32') return `"${word.replace(/"/g, '\\"')}"`;
      return `'${word.replace(/'/g, `'\\''`)}'`;
    })
    .join(' ');
}
