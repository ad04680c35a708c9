/** Command lines taken apart as bash or cmd would. */
import { AppError } from '../../errors';

/** Where one command ends and curl begins anew, as “Copy all as cURL” writes it. */
const nextCurl = /^[\s;&|]*[\r\n;&|]\s*(?=(?:\S*[/\\])?curl(?:\.exe)?\s)/i;

/**
 * The words of each command: the first one, and those behind it that begin with curl.
 * @throws AppError BAD_INPUT when a quote is not closed
 */
export function splitCommands(text: string): string[][] {
  if (looksLikeCmd(text)) return cmdCommands(text);
  const commands: string[][] = [];
  let from: number | undefined = 0;
  while (from !== undefined) {
    const { words, end } = bashWords(text, from);
    commands.push(words);
    from = undefined;
    // What stands between, like `| jq .`, is none of ours.
    for (let at = end; at < text.length && from === undefined; at++) {
      const next = nextCurl.exec(text.slice(at, at + 300));
      if (next) from = at + next[0].length;
    }
  }
  return commands;
}

/** cmd escapes with ^, and breaks lines with it. What comes first decides: a word that begins with a quote, or a broken line. */
function looksLikeCmd(command: string): boolean {
  const bare = command.replace(/(?<![\\^])"(?:[^"\\]|\\.)*"/g, '""');
  const first = /\s(\^"|\$?')|(\^|\\)\r?\n/.exec(bare);
  return (first?.[1] ?? first?.[2] ?? '').startsWith('^');
}

const ansi: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  a: '\x07',
  b: '\b',
  e: '\x1b',
  f: '\f',
  v: '\v',
  '0': '\0',
};

/** @returns also where the command ends */
function bashWords(text: string, from: number): { words: string[]; end: number } {
  const words: string[] = [];
  let word: string | undefined;
  let at = from;
  const unclosed = (quote: string) =>
    new AppError('BAD_INPUT', `The command has a ${quote} that is not closed.`, {
      hint: 'Was it copied whole?',
    });
  while (at < text.length) {
    const char = text[at]!;
    if (char === '\\') {
      const next = text[at + 1];
      if (next === '\r' && text[at + 2] === '\n') at++;
      else if (next !== '\n' && next !== undefined) word = (word ?? '') + next;
      at += 2;
    } else if (char === "'") {
      const end = text.indexOf("'", at + 1);
      if (end < 0) throw unclosed("'");
      word = (word ?? '') + text.slice(at + 1, end);
      at = end + 1;
    } else if (char === '$' && text[at + 1] === "'") {
      word ??= '';
      at += 2;
      for (; text[at] !== "'"; at++) {
        if (at >= text.length) throw unclosed("'");
        if (text[at] !== '\\') word += text[at];
        else {
          at++;
          const [, hex = ''] = /^(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8}))/.exec(
            text.slice(at, at + 9),
          )
            ? [
                /^[xuU]/.exec(text[at]!)?.[0],
                /^[xuU]([0-9a-fA-F]{1,8})/.exec(
                  text.slice(at, at + (text[at] === 'x' ? 3 : text[at] === 'u' ? 5 : 9)),
                )?.[1],
              ]
            : [];
          if (hex !== '') {
            word += String.fromCodePoint(Math.min(0x10ffff, parseInt(hex, 16)));
            at += hex.length;
          } else word += ansi[text[at] ?? ''] ?? text[at] ?? '';
        }
      }
      at++;
    } else if (char === '"') {
      word ??= '';
      at++;
      for (; text[at] !== '"'; at++) {
        if (at >= text.length) throw unclosed('"');
        if (text[at] === '\\' && '"\\$`'.includes(text[at + 1] ?? ' ')) word += text[++at];
        else if (text[at] === '\\' && text[at + 1] === '\n') at++;
        else word += text[at];
      }
      at++;
    } else if (/\s/.test(char)) {
      if (word !== undefined) words.push(word);
      word = undefined;
      if (char === '\n' && words.length > 0 && nextCurl.test(text.slice(at, at + 300))) break;
      at++;
    } else if (word === undefined && (char === ';' || char === '|' || char === '>' || char === '&')) break;
    else {
      word = (word ?? '') + char;
      at++;
    }
  }
  if (word !== undefined) words.push(word);
  return { words, end: at };
}

function cmdCommands(text: string): string[][] {
  // First cmd itself: ^ takes the meaning of what follows it, and joins lines.
  let plain = '';
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== '^') plain += text[at];
    else {
      const next = text[at + 1] === '\r' ? 2 : 1;
      if (text[at + next] === '\n') {
        at += next;
        // ^ and two line breaks are one that stays.
        if (/^\r?\n/.test(text.slice(at + 1))) plain += '\n';
      } else plain += text[++at] ?? '';
    }
  }
  // Then the C runtime: \" within quotes is a quote.
  const commands: string[][] = [];
  let words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  for (let at = 0; at < plain.length; at++) {
    const char = plain[at]!;
    if (char === '\\' && (plain[at + 1] === '"' || (isQuoted && plain[at + 1] === '\\')))
      word = (word ?? '') + plain[++at];
    else if (char === '"') {
      if (isQuoted && plain[at + 1] === '"') word = (word ?? '') + plain[at++];
      else isQuoted = !isQuoted;
      word ??= '';
    } else if (/\s/.test(char) && !isQuoted) {
      if (word !== undefined) words.push(word);
      word = undefined;
      const next = words.length === 0 ? null : nextCurl.exec(plain.slice(at, at + 300));
      if (!next) continue;
      commands.push(words);
      words = [];
      at += next[0].length - 1;
    } else word = (word ?? '') + char;
  }
  if (word !== undefined) words.push(word);
  commands.push(words);
  return commands;
}
