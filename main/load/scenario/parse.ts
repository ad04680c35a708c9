/** Reads scenario files. */
import type { z } from 'zod';
import { AppError } from '../../errors';
import { scenarioSchema, type Scenario } from '../../scenario';
import { checkReferences } from './check-references';
import { expandScenario } from './expand';
import { atPlace, readLocated, sentence, type Located } from './located';
import { nearest } from './nearest';
import { described, Reading, type Problem } from './reading';

/** So many problems are told at once. */
const mostTold = 20;

/**
 * A scenario from YAML or JSON, in the full form, the short form or anything between (docs/scenario.md).
 * @throws AppError BAD_INPUT: line, column and place of the first problem, what was expected there and what to write instead;
 * all problems in `details`
 */
export function parseScenario(text: string): Scenario {
  return readScenario(text, checkReferences);
}

/** Its form alone: whether what it names is there is not looked at. @throws AppError BAD_INPUT */
export function parseForm(text: string): Scenario {
  return readScenario(text, () => undefined);
}

function readScenario(text: string, check: typeof checkReferences): Scenario {
  const root = readLocated(text);
  const reading = new Reading();
  const full = expandScenario(reading, root);
  if (full && reading.problems.length === 0) {
    const parsed = scenarioSchema.safeParse(full);
    if (parsed.success) {
      check(reading, full, parsed.data);
      if (reading.problems.length === 0) return parsed.data;
    } else
      for (const issue of parsed.error.issues) reading.problems.push(problemOf(issue, full, reading, root));
  }
  throw errorOf(text, reading.problems);
}

function errorOf(text: string, problems: Problem[]): AppError {
  const sorted = problems.toSorted(
    (a, b) =>
      Number(b.isCause ?? false) - Number(a.isCause ?? false) || a.line - b.line || a.column - b.column,
  );
  const first = sorted[0]!;
  const { message, details } = atPlace(text, first, first.path, first.what);
  const more = sorted.slice(1, mostTold).map((each) => sentence(each, each.path, each.what));
  if (sorted.length > mostTold) more.push(`… and ${sorted.length - mostTold} more.`);
  return new AppError('BAD_INPUT', message, {
    ...(first.hint !== undefined && { hint: first.hint }),
    details: [details, ...more].join('\n'),
  });
}

type Issue = z.core.$ZodIssue;

function problemOf(issue: Issue, full: Record<string, unknown>, reading: Reading, root: Located): Problem {
  const { at = root, exact } = reading.originOf(full, issue.path);
  const { line, column, path } = at;
  const missing = exact ? undefined : issue.path.at(-1);
  return { line, column, path, ...wordsOf(issue, missing, at) };
}

const nouns: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function wordsOf(
  issue: Issue,
  missing: PropertyKey | undefined,
  at: Located,
): Pick<Problem, 'what' | 'hint'> {
  const label = missing === undefined ? '' : ` “${String(missing).replace(/(?<=[a-z])Ms$/, '')}”`;
  if (
    missing !== undefined &&
    typeof missing !== 'number' &&
    (issue.code === 'invalid_type' || issue.code === 'invalid_value')
  )
    return { what: `${label.trim()} is missing here.` };
  const found = described(at);
  switch (issue.code) {
    case 'invalid_type':
      return { what: `expected ${nouns[issue.expected] ?? issue.expected}, not ${found}.` };
    case 'invalid_value': {
      const values = issue.values.map(String);
      const meant = at.kind === 'scalar' ? nearest(String(at.value), values) : undefined;
      return {
        what: `expected ${values.join(', ')}, not ${found}.${meant === undefined ? '' : ` Did you mean “${meant}”?`}`,
      };
    }
    case 'too_big':
      return {
        what: `${found} is too much${label}: ${limitWords(issue.origin, 'at most', issue.maximum, issue.inclusive === false)}.`,
      };
    case 'too_small':
      if (issue.origin === 'array') return { what: `this list${label} must not be empty.` };
      if (issue.origin === 'string') return { what: `this text${label} must not be empty.` };
      return {
        what: `${found} is too little${label}: ${limitWords(issue.origin, 'at least', issue.minimum, issue.inclusive === false)}.`,
      };
    default:
      return { what: `${found}: ${issue.message}` };
  }
}

function limitWords(origin: string, bound: string, limit: number | bigint, exclusive: boolean): string {
  const unit = origin === 'string' ? ' characters' : origin === 'array' ? ' entries' : '';
  if (exclusive) return `it must be ${bound === 'at most' ? 'less' : 'more'} than ${limit}${unit}`;
  return `it may be ${bound} ${limit}${unit}`;
}
