/** Makes a scenario to edit of what other tools recorded or describe. */
import { parse } from 'yaml';
import { AppError } from '../../errors';
import { scenarioSchema, type Scenario, type ScenarioInput } from '../../scenario';
import { readCurl } from './curl';
import { readHar } from './har';
import { readOpenApi } from './openapi';

export const importKinds = ['har', 'curl', 'openapi'] as const;
export type ImportKind = (typeof importKinds)[number];

export interface ImportedScenario {
  scenario: Scenario;
  /** What was left out or needs to be looked at. */
  notes: string[];
}

/**
 * @param kind absent: found out from the text
 * @throws AppError BAD_INPUT saying what it is not, or what of it cannot be used
 */
export function importScenario(text: string, kind?: ImportKind): ImportedScenario {
  const { scenario, notes } = read(text.replace(/^\uFEFF/, ''), kind);
  const parsed = scenarioSchema.safeParse(withoutTemplates(scenario));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new AppError(
      'BAD_INPUT',
      `No scenario can be made of this: ${issue?.path.map(String).join('.') ?? ''}: ${issue?.message ?? ''}`,
    );
  }
  return { scenario: parsed.data, notes };
}

function read(text: string, kind: ImportKind | undefined): { scenario: ScenarioInput; notes: string[] } {
  if (kind === 'curl' || (kind === undefined && /^\s*(\$\s+)?\S*curl(\.exe)?\s/i.test(text)))
    return readCurl(text.replace(/^\s*\$\s+/, '').trim());
  const document = documentOf(text);
  if (kind === 'har') return readHar(document);
  if (kind === 'openapi') return readOpenApi(document);
  const keys = typeof document === 'object' && document !== null ? Object.keys(document) : [];
  if (keys.includes('log')) return readHar(document);
  if (keys.includes('openapi') || keys.includes('swagger')) return readOpenApi(document);
  throw new AppError('BAD_INPUT', 'This is no HAR file, no curl command and no OpenAPI document.', {
    hint: 'Give a .har file saved by a browser, a command that begins with curl, or an OpenAPI 3 or Swagger 2 document in JSON or YAML.',
  });
}

function documentOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    try {
      // Refs are plain texts; aliases may not blow the document up.
      return parse(text, { maxAliasCount: 1000, logLevel: 'error' }) as unknown;
    } catch (error) {
      const { message } = error as Error;
      const [, place] = / at (line \d+, column \d+)/.exec(message) ?? [];
      throw new AppError(
        'BAD_INPUT',
        `This is neither JSON nor YAML${place === undefined ? '' : `: ${place} cannot be read`}.`,
        { hint: 'Was the file written to its end?', details: message, cause: error },
      );
    }
  }
}

/** Braces of others are no templates of ours: `{{` is sent as it is, by a variable that holds it. */
function withoutTemplates(scenario: ScenarioInput): ScenarioInput {
  let found = false;
  const escaped = (value: unknown): unknown => {
    if (typeof value === 'string') {
      if (!value.includes('{{')) return value;
      found = true;
      return value.replaceAll('{{', '{{ braces }}');
    }
    if (Array.isArray(value)) return value.map(escaped);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, escaped(each)]));
  };
  const flows = escaped(scenario.flows) as ScenarioInput['flows'];
  return found ? { ...scenario, flows, variables: { braces: { from: 'list', values: ['{{'] } } } : scenario;
}
