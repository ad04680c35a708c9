/** From what the person asked for to what the load engine is told. What cannot be sent is told before anything is started. */
import { validateHeaderName, validateHeaderValue } from 'node:http';
import type { ListeningAddress, LoadSpec, RequestStep, Scenario, WebSocketStep } from '../api';
import { parseThreshold, ThresholdSyntaxError } from '../../profiles/load/threshold';
import { AppError } from '../errors';
import { extentOf, nameOfLoad, scenarioOfLoad } from './scenario-of-load';
import type { LoadPlan } from './types';

type SendingStep = RequestStep | WebSocketStep;

/** True when at least one request is a path, so that the load can start only once the target listens. */
export function needsListeningAddress(spec: LoadSpec): boolean {
  const scenario = scenarioOfLoad(spec);
  return scenario.baseUrl === undefined && stepsOf(scenario).some(({ url }) => isPath(url));
}

/** The servers that are known before the load begins, as origins. */
export function originsOf({ scenario, baseUrl }: Pick<LoadPlan, 'scenario' | 'baseUrl'>): string[] {
  const origins = new Set<string>();
  for (const { url } of stepsOf(scenario)) {
    const base = isPath(url) ? baseUrl : url;
    if (base !== null && URL.canParse(base) && !/^[^/]*\/\/[^/]*\{\{/.test(base))
      origins.add(new URL(base.replace(/^ws/i, 'http')).origin);
  }
  return [...origins];
}

/**
 * The scenario of a preset, or the one that was given, and where its paths go: to its own base URL, or to the first address
 * that speaks HTTP.
 * @throws AppError LOAD_NO_URL when a path has no address to go to; BAD_INPUT naming an invalid URL, header or threshold
 */
export function resolvePlan(spec: LoadSpec, listening: readonly ListeningAddress[]): LoadPlan {
  const scenario = scenarioOfLoad(spec);
  const address = listening.find(({ protocol }) => protocol !== 'tcp');
  const baseUrl = scenario.baseUrl === undefined ? (address?.url ?? null) : checkedBase(scenario.baseUrl);
  checkHeaders('every request', scenario.headers);
  for (const step of stepsOf(scenario)) {
    checkUrl(step.url, baseUrl);
    checkHeaders(step.url, step.headers);
  }
  for (const { expression } of scenario.thresholds) checkThreshold(expression);
  return {
    preset: nameOfLoad(spec),
    scenario,
    baseUrl: baseUrl?.replace(/\/+$/, '') ?? null,
    folder: spec.scenarioFolder ?? process.cwd(),
    ...extentOf(scenario.load),
  };
}

function checkThreshold(expression: string): void {
  try {
    parseThreshold(expression);
  } catch (error) {
    if (error instanceof ThresholdSyntaxError)
      throw new AppError('BAD_INPUT', error.message, { hint: error.hint });
    throw error;
  }
}

function stepsOf(scenario: Scenario): SendingStep[] {
  return [...scenario.setUp, ...scenario.flows.flatMap(({ steps }) => steps)].filter(
    (step): step is SendingStep => step.kind !== 'think',
  );
}

function isPath(url: string): boolean {
  return url.startsWith('/') || url.startsWith('?');
}

function checkUrl(url: string, baseUrl: string | null): void {
  if (isPath(url)) {
    if (baseUrl === null)
      throw new AppError(
        'LOAD_NO_URL',
        `There is no address to send ${url} to: the target listens on no HTTP port.`,
        {
          hint: 'Give the load a full URL like http://127.0.0.1:3000/ (baseUrl of a scenario), or a program that listens.',
        },
      );
    return;
  }
  // What is filled in later can be a whole URL.
  if (url.startsWith('{{')) return;
  checkAbsolute(url, /^(https?|wss?):\/\//i);
}

function checkedBase(url: string): string {
  checkAbsolute(url, /^https?:\/\//i);
  return url;
}

function checkAbsolute(url: string, form: RegExp): void {
  if (!form.test(url))
    throw new AppError('BAD_INPUT', `“${url}” is not a URL the load can use.`, {
      hint: 'Write http://host:port/path, https://…, or a path like /products.',
    });
  // Templates may stand where a URL could not have them.
  if (!URL.canParse(url.replace(/\{\{.*?\}\}/gs, '1')))
    throw new AppError('BAD_INPUT', `“${url}” is not a valid URL.`, {
      hint: 'Check the host, the port (1 to 65535) and the characters in it.',
    });
}

function checkHeaders(url: string, headers: Record<string, string>): void {
  for (const [name, value] of Object.entries(headers)) {
    try {
      validateHeaderName(name);
      validateHeaderValue(name, value);
    } catch (error) {
      throw new AppError('BAD_INPUT', `The header “${name}” of ${url} cannot be sent.`, {
        hint: 'Header names are letters, digits and dashes; values are one line.',
        cause: error,
      });
    }
  }
}
