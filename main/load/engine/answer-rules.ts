/** What an answer must be (checks), and what is kept of it (captures), worked out once per step. */
import type { CaptureValue, Check } from '../../api';
import { AppError } from '../../errors';
import type { CookieJar } from './cookie-jar';
import { atJsonPath, parseJsonPath } from './json-path';
import { compileTemplate, fill, textOf, type TemplateValues } from './template';
import type { AnswerHead } from './transport';

/** An answer as rules see it. */
export interface Answer {
  readonly head: AnswerHead;
  /** Whole; empty when no rule asks for it. */
  readonly body: string;
  /** Parsed once, when first asked for; undefined when it is no JSON. */
  json(): unknown;
  readonly responseUs: number;
}

export interface CompiledCheck {
  /** `status`, `body`, `header` or `latency`. */
  readonly kind: Check['on'];
  /** In words, for the result. */
  readonly words: string;
  holds(answer: Answer, values: TemplateValues): boolean;
}

export interface CompiledCapture {
  readonly name: string;
  readonly required: boolean;
  /** Undefined when it is not there. */
  find(answer: Answer, jar: CookieJar): unknown;
}

/** @throws AppError BAD_INPUT for expressions that cannot be used */
export function compileCheck(check: Check, known: ReadonlySet<string>): CompiledCheck {
  switch (check.on) {
    case 'status': {
      const allowed = new Uint8Array(600);
      for (const code of check.in) {
        if (!code.endsWith('xx')) allowed[Number(code)] = 1;
        else allowed.fill(1, Number(code[0]) * 100, Number(code[0]) * 100 + 100);
      }
      return {
        kind: 'status',
        words: `status ${check.in.join(', ')}`,
        holds: ({ head }) => allowed[head.status] === 1,
      };
    }
    case 'latency': {
      const belowUs = check.belowMs * 1000;
      return {
        kind: 'latency',
        words: `latency < ${check.belowMs} ms`,
        holds: ({ responseUs }) => responseUs < belowUs,
      };
    }
    case 'header': {
      const name = check.header.toLowerCase();
      const contains = check.contains === undefined ? undefined : compileTemplate(check.contains, known);
      return {
        kind: 'header',
        words: `header ${check.header}${check.contains === undefined ? '' : ` contains “${check.contains}”`}`,
        holds: ({ head }, values) => {
          const value = head.header(name);
          return value !== undefined && (contains === undefined || value.includes(fill(contains, values)));
        },
      };
    }
    case 'body':
      return compileBodyCheck(check, known);
  }
}

function compileBodyCheck(
  { contains, matches, json }: Extract<Check, { on: 'body' }>,
  known: ReadonlySet<string>,
): CompiledCheck {
  const part = contains === undefined ? undefined : compileTemplate(contains, known);
  const expression = matches === undefined ? undefined : regexOf(matches);
  const path = json && parseJsonPath(json.select);
  const equals = json?.equals === undefined ? undefined : JSON.stringify(json.equals);
  const words = [
    contains !== undefined && `contains “${contains}”`,
    matches !== undefined && `matches ${matches}`,
    json && `${json.select}${equals === undefined ? ' exists' : ` = ${equals}`}`,
  ].filter((each) => typeof each === 'string');
  return {
    kind: 'body',
    words: `body ${words.length > 0 ? words.join(' and ') : 'is there'}`,
    holds: (answer, values) => {
      if (words.length === 0 && answer.body === '') return false;
      if (part !== undefined && !answer.body.includes(fill(part, values))) return false;
      if (expression && !expression.test(answer.body)) return false;
      if (!path) return true;
      const found = atJsonPath(answer.json(), path);
      return found !== undefined && (equals === undefined || JSON.stringify(found) === equals);
    },
  };
}

/** @throws AppError BAD_INPUT for expressions that cannot be used */
export function compileCapture({ name, from, select, required }: CaptureValue): CompiledCapture {
  const find = finderOf(from, select);
  return { name, required, find };
}

function finderOf(from: CaptureValue['from'], select: string): CompiledCapture['find'] {
  switch (from) {
    case 'json': {
      const path = parseJsonPath(select);
      return (answer) => atJsonPath(answer.json(), path) ?? undefined;
    }
    case 'header': {
      const name = select.toLowerCase();
      return ({ head }) => head.header(name);
    }
    case 'cookie':
      return ({ head }, jar) => cookieOf(head.setCookies, select) ?? jar.value(select);
    case 'regex': {
      const expression = regexOf(select);
      return ({ body }) => {
        const found = expression.exec(body);
        return found ? (found[1] ?? found[0]) : undefined;
      };
    }
  }
}

function cookieOf(setCookies: readonly string[], name: string): string | undefined {
  for (const header of setCookies)
    if (header.startsWith(`${name}=`))
      return header
        .slice(name.length + 1)
        .split(';')[0]
        ?.trim();
  return undefined;
}

function regexOf(source: string): RegExp {
  try {
    return new RegExp(source);
  } catch (error) {
    throw new AppError('BAD_INPUT', `“${source}” is not a regular expression.`, {
      hint: textOf(error instanceof Error ? error.message : error),
    });
  }
}
