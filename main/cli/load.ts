/** `scorchmark load`: load by a scenario or on an address, with or without a program that is launched and recorded meanwhile. */
import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import {
  loadSpecSchema,
  presetNames,
  scenarioFormats,
  scenarioSchema,
  type LoadSpec,
  type Scenario,
  type ScenarioInput,
} from '../api';
import { AppError, toAppError } from '../errors';
import { parseDuration, scenarioOfLoad } from '../load';
import { importKinds, importScenario, writeScenario } from '../load/exchange';
import { parseScenario } from '../load/scenario';
import { loadOnly } from './load-only';
import { loadSummary } from './load-summary';
import {
  allocationsOf,
  givenMemoryOption,
  leaksOf,
  snapshotRulesOf,
  type MemoryOptions,
} from './memory-options';
import { writeOutputFile } from './output-file';
import { printable } from './printable';
import { recordRun, targetOf } from './record';
import { verdictOf } from './load-verdict';
import { describeError, exitCodes } from './terminal';

export interface LoadOptions extends MemoryOptions {
  preset?: string;
  users?: string;
  rate?: string;
  duration?: string;
  scale?: string;
  threshold?: string[];
  from?: string;
  export?: string;
  output?: string;
  name?: string;
  tag?: string[];
  json?: boolean;
  quiet?: boolean;
  dataFolder?: string;
}

export async function loadCommand(given: string, argv: string[], options: LoadOptions): Promise<number> {
  const { scenario: read, folder, notes } = await scenarioOf(given, options);
  for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`);
  const scenario = withOptions(read, options);
  if (options.export !== undefined) return exportScenario(scenario, folder, options);
  const timeScale =
    options.scale === undefined ? undefined : numberOf('--scale', options.scale, 0.000_001, 100);
  const load = loadSpecSchema.parse({
    preset: 'smoke',
    scenario,
    scenarioFolder: folder,
    ...(isLoadOfPreset(options) && { presetOfScenario: options.preset }),
    ...(timeScale !== undefined && { timeScale }),
    stopTargetAtEnd: true,
  });
  const name = options.name ?? scenario.name;
  if (argv.length === 0) {
    const pointless = givenMemoryOption(options);
    if (pointless)
      throw new AppError('BAD_INPUT', `${pointless} belongs to a program that is recorded.`, {
        hint: 'Name the program behind --, for example: scorchmark load /products --force-gc -- node server.js',
      });
    return withoutTarget(load, name, options);
  }
  const recorded = {
    target: targetOf(argv, {}),
    name,
    tags: options.tag ?? [],
    load,
    capture: { ...allocationsOf(options), snapshots: snapshotRulesOf(options) },
    leaks: leaksOf(options),
  };
  return recordRun(recorded, options, (result) =>
    result
      ? { ...verdictOf(result), text: loadSummary(result) }
      : { exitCode: exitCodes.failed, text: 'The load came to no result.' },
  );
}

/** A file (a scenario, or what can be imported), a URL, or a path of the target. */
async function scenarioOf(
  given: string,
  options: LoadOptions,
): Promise<{ scenario: Scenario; folder: string; notes: string[] }> {
  const kind = options.from === undefined ? undefined : importKinds.find((each) => each === options.from);
  if (options.from !== undefined && !kind)
    throw new AppError('BAD_INPUT', `--from takes ${importKinds.join(', ')}, not "${options.from}".`);
  const isFile = (await stat(given).catch(() => undefined))?.isFile() ?? false;
  if (isFile || given === '-') {
    const text = given === '-' ? await standardInput() : await readFile(given, 'utf8');
    const folder = given === '-' ? process.cwd() : path.dirname(path.resolve(given));
    if (kind || /\.har$/i.test(given)) return { ...importScenario(text, kind ?? 'har'), folder };
    try {
      return { scenario: parseScenario(text), folder, notes: [] };
    } catch (error) {
      const { message, hint, details } = toAppError(error);
      throw new AppError('BAD_INPUT', `${given}: ${message}`, { hint, details, cause: error });
    }
  }
  if (kind === 'curl' || /^curl\s/.test(given))
    return { ...importScenario(given, 'curl'), folder: process.cwd() };
  if (!/^(https?:\/\/|\/|\?)/i.test(given))
    throw new AppError('NOT_FOUND', `There is no scenario file ${given}.`, {
      hint: 'Give a file, a URL like http://127.0.0.1:3000/, or a path like /products with a program behind --.',
    });
  const input: ScenarioInput = {
    version: 1,
    name: given.slice(0, 200),
    load: { model: 'closed', stages: [{ durationMs: 10_000, users: 10 }] },
    flows: [{ name: 'main', steps: [{ kind: 'request', url: given }] }],
  };
  return { scenario: scenarioSchema.parse(input), folder: process.cwd(), notes: [] };
}

async function standardInput(): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of process.stdin) pieces.push(piece as Buffer);
  return Buffer.concat(pieces).toString('utf8');
}

/** With a rate it is no load of the preset any more. */
function isLoadOfPreset({ preset, rate }: LoadOptions): boolean {
  return preset !== undefined && rate === undefined;
}

function withOptions(scenario: Scenario, options: LoadOptions): Scenario {
  const preset = presetNames.find((each) => each === options.preset);
  if (options.preset !== undefined && !preset)
    throw new AppError('BAD_INPUT', `--preset takes a preset, not "${options.preset}".`, {
      hint: `The presets are: ${presetNames.join(', ')}.`,
    });
  if (options.users !== undefined && options.rate !== undefined)
    throw new AppError('BAD_INPUT', 'Give --users or --rate, not both: a load follows one of them.');
  const users = options.users === undefined ? undefined : numberOf('--users', options.users, 1, 5000, true);
  const rate = options.rate === undefined ? undefined : numberOf('--rate', options.rate, 0, 1_000_000);
  const durationMs = options.duration === undefined ? undefined : durationOf(options.duration);
  let { load } = scenario;
  if (preset) load = scenarioOfLoad(loadSpecSchema.parse({ preset, users, durationMs })).load;
  const plannedMs =
    load.model === 'knee' ? 10_000 : load.stages.reduce((sum, stage) => sum + stage.durationMs, 0);
  const lastUsers = load.model === 'closed' ? Math.max(1, load.stages.at(-1)!.users) : 10;
  if (rate !== undefined)
    load = {
      model: 'open',
      stages: [{ durationMs: durationMs ?? plannedMs, rate, ramp: 'step' }],
      arrivals: 'even',
      maxInFlight: 2000,
    };
  else if (!preset && load.model === 'knee' && users !== undefined) load = { ...load, maxUsers: users };
  else if (!preset && load.model === 'open' && durationMs !== undefined && users === undefined)
    load = { ...load, stages: [{ durationMs, rate: load.stages.at(-1)!.rate, ramp: 'step' }] };
  else if (!preset && load.model !== 'knee' && (users !== undefined || durationMs !== undefined)) {
    const thinkTime = load.model === 'closed' ? load.thinkTime : { minMs: 0, maxMs: 0 };
    load = {
      model: 'closed',
      stages: [{ durationMs: durationMs ?? plannedMs, users: users ?? lastUsers, ramp: 'step' }],
      thinkTime,
    };
  }
  const more = (options.threshold ?? []).map((expression) => ({ expression, abort: false, afterMs: 10_000 }));
  return { ...scenario, load, thresholds: [...scenario.thresholds, ...more] };
}

function numberOf(option: string, text: string, min: number, max: number, isWhole = false): number {
  const value = Number(text);
  if (text.trim() === '' || !(value >= min && value <= max) || (isWhole && !Number.isInteger(value)))
    throw new AppError(
      'BAD_INPUT',
      `${option} takes a ${isWhole ? 'whole ' : ''}number from ${min} to ${max}, not "${text}".`,
    );
  return value;
}

function durationOf(text: string): number {
  try {
    return parseDuration(text);
  } catch (error) {
    throw new AppError('BAD_INPUT', `--duration takes a time, not "${text}".`, {
      hint: toAppError(error).hint,
    });
  }
}

async function exportScenario(scenario: Scenario, folder: string, options: LoadOptions): Promise<number> {
  const format = scenarioFormats.find((each) => each === options.export);
  if (!format)
    throw new AppError('BAD_INPUT', `--export takes ${scenarioFormats.join(', ')}, not "${options.export}".`);
  const { text, fileName, notes } = writeScenario(scenario, format, folder);
  for (const note of notes) process.stderr.write(`note: ${printable(note)}\n`);
  if (options.output === '-') process.stdout.write(text);
  else process.stdout.write(`${await writeOutputFile(options.output ?? fileName, text)}\n`);
  return exitCodes.ok;
}

/** Without a program of ours. */
async function withoutTarget(load: LoadSpec, name: string, options: LoadOptions): Promise<number> {
  const { result, session } = await loadOnly(load, {
    name,
    onResult: (measured) => {
      // At once: saving takes a moment, too.
      if (!options.json) process.stdout.write(`\n${loadSummary(measured)}\n`);
    },
    ...(options.tag && { tags: options.tag }),
    ...(options.dataFolder !== undefined && { dataFolder: options.dataFolder }),
  });
  const { exitCode, error } = verdictOf(result);
  if (error) process.stderr.write(`${describeError(error)}\n`);
  if (options.json)
    process.stdout.write(
      `${JSON.stringify({ session, load: result, ...(error && { error: error.toJSON() }), exitCode })}\n`,
    );
  else process.stdout.write(`session  ${session.id}\n`);
  return exitCode;
}
