/** The run form's fields, and their way to a `RunSpec` and back. Pure. */
import type { z } from 'zod';
import {
  loadSpecSchema,
  runSpecSchema,
  type HttpRequest,
  type LoadPreset,
  type LoadSpec,
  type PresetName,
  type RunSpec,
  type RunSpecInput,
} from '../../../main/api';
import { formatNumber } from '../../../profiles/format';
import type { RunFacts } from '../../../profiles/load-picture/impossible-faults';
import { loadWords, plannedMs } from '../../../profiles/load-picture/load-words';
import { formatCommandLine, parseCommandLine } from './argv';
import { draftOf } from './scenario/from-scenario';
import { newScenario, type ScenarioDraft } from './scenario/scenario-draft';
import { toScenario } from './scenario/to-scenario';
import { emptyMemoryForm, memoryFieldOf, memoryFormOf, memorySpec, type MemoryForm } from './memory-form';

export interface Pair {
  name: string;
  value: string;
}

export interface RequestRow {
  method: HttpRequest['method'];
  url: string;
  /** One `Name: value` per line. */
  headers: string;
  body: string;
}

export interface FormState extends MemoryForm {
  mode: 'launch' | 'attach';
  command: string;
  pid: string;
  cwd: string;
  env: Pair[];
  nodeFlags: string;
  nodeBinary: string;
  shell: boolean;
  /** `scenario`: what stands in `scenario` is sent. */
  preset: PresetName | 'scenario' | null;
  scenario: ScenarioDraft;
  /** Its files are relative to it; empty: the target's working directory. */
  scenarioFolder: string;
  /** While it is edited as text: the text, and why it cannot be read. */
  scenarioText: { text: string; problem: string | null } | null;
  /** Empty means the preset's. */
  users: string;
  /** Seconds; empty means the preset's. */
  durationSeconds: string;
  stopTargetAtEnd: boolean;
  requests: RequestRow[];
  cpu: boolean;
  cpuIntervalUs: string;
  allocations: boolean;
  allocationIntervalKib: string;
  metricsIntervalMs: string;
  name: string;
  tags: string[];
}

export function emptyForm(cpuIntervalUs = 1000): FormState {
  return {
    mode: 'launch',
    command: '',
    pid: '',
    cwd: '',
    env: [],
    nodeFlags: '',
    nodeBinary: '',
    shell: false,
    preset: null,
    scenario: newScenario(),
    scenarioFolder: '',
    scenarioText: null,
    users: '',
    durationSeconds: '',
    stopTargetAtEnd: false,
    requests: [],
    cpu: true,
    cpuIntervalUs: String(cpuIntervalUs),
    allocations: true,
    allocationIntervalKib: '128',
    metricsIntervalMs: '250',
    name: '',
    tags: [],
    ...emptyMemoryForm(),
  };
}

/** Field of the form → why its content is refused. */
export type FieldErrors = Record<string, string>;
export type FormOutcome = { spec: RunSpecInput; errors: null } | { spec: null; errors: FieldErrors };

/** The form as a checked `RunSpec`, or what is wrong with which field. `platform` is the engine's. */
export function toSpec(form: FormState, platform = 'linux'): FormOutcome {
  const errors: FieldErrors = {};
  const target = form.mode === 'attach' ? attachTarget(form, errors) : launchTarget(form, platform, errors);
  const memory = memorySpec(form);
  const input = {
    target,
    name: form.name.trim() || undefined,
    tags: form.tags,
    load: form.preset === null ? undefined : loadOf(form, form.preset, errors),
    capture: {
      cpu: form.cpu,
      cpuIntervalUs: numberOf(form.cpuIntervalUs),
      allocations: form.allocations,
      allocationIntervalBytes: numberOf(form.allocationIntervalKib) * 1024,
      metricsIntervalMs: numberOf(form.metricsIntervalMs),
      ...memory.capture,
    },
    leaks: memory.leaks,
  };
  const parsed = runSpecSchema.safeParse(input);
  if (!parsed.success)
    for (const issue of parsed.error.issues) errors[fieldOf(issue.path)] ??= sentenceOf(issue);
  return Object.keys(errors).length > 0 || !parsed.success
    ? { spec: null, errors }
    : { spec: parsed.data, errors: null };
}

/** What is wrong with a field, for the person who typed it. Bounds but 0 are told as the schema has them. */
function sentenceOf(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type' && issue.expected === 'number') return 'A number is needed here.';
  if (issue.code === 'too_small' && issue.minimum === 0)
    return issue.inclusive ? 'It cannot be negative.' : 'It must be more than 0.';
  return issue.message;
}

function attachTarget(form: FormState, errors: FieldErrors): unknown {
  const pid = numberOf(form.pid);
  if (!Number.isInteger(pid) || pid <= 0) errors['pid'] = 'Choose a process, or give its number.';
  return { kind: 'attach', pid };
}

function launchTarget(form: FormState, platform: string, errors: FieldErrors): unknown {
  const line = parseCommandLine(form.command, platform);
  if (!form.shell && line.error) errors['command'] = line.error;
  const rows = form.env.filter((pair) => pair.name.trim() || pair.value);
  if (rows.some((pair) => !pair.name.trim())) errors['env'] = 'Every variable needs a name.';
  if (rows.some((pair) => pair.name.includes('='))) errors['env'] = 'A variable’s name cannot contain “=”.';
  const env = Object.fromEntries(rows.map((pair) => [pair.name.trim(), pair.value]));
  const argv = form.shell ? (form.command.trim() ? [form.command.trim()] : []) : line.argv;
  if (!form.shell && argv.length === 0 && Object.keys(line.env).length > 0)
    errors['command'] = 'After the variables, give the command to run.';
  return {
    kind: 'launch',
    argv,
    cwd: form.cwd.trim() || undefined,
    env: form.shell ? env : { ...env, ...line.env },
    nodeFlags: parseCommandLine(form.nodeFlags, platform).argv,
    nodeBinary: form.nodeBinary.trim() || undefined,
    shell: form.shell,
  };
}

function loadOf(form: FormState, preset: PresetName | 'scenario', errors: FieldErrors): unknown {
  if (preset === 'scenario') return scenarioLoad(form, errors);
  const requests = form.requests.map((row, index) => {
    const headers: Record<string, string> = {};
    for (const line of row.headers.split('\n')) {
      if (!line.trim()) continue;
      const colon = line.indexOf(':');
      if (colon < 1) errors[`requests.${index}.headers`] = `“${line.trim()}” is not of the form Name: value.`;
      else headers[line.slice(0, colon).trim()] = line.slice(colon + 1).trim();
    }
    return { method: row.method, url: row.url, headers, body: row.body || undefined };
  });
  return {
    preset,
    users: form.users.trim() ? numberOf(form.users) : undefined,
    durationMs: form.durationSeconds.trim() ? numberOf(form.durationSeconds) * 1000 : undefined,
    requests,
    stopTargetAtEnd: form.stopTargetAtEnd,
  };
}

/** The load that the form stands for, to be asked about; null when there is none or its fields are wrong. */
export function loadInput(form: FormState): LoadSpec | null {
  if (form.preset === null) return null;
  const parsed = loadSpecSchema.safeParse(loadOf(form, form.preset, {}));
  return parsed.success ? parsed.data : null;
}

/** What decides which faults the run can make. */
export function runFacts({ mode, preset }: FormState, platform: string): RunFacts {
  return { isAttached: mode === 'attach', hasLoad: preset !== null, platform };
}

/** With a scenario, `preset` and what belongs to it are not looked at. */
function scenarioLoad(form: FormState, errors: FieldErrors): unknown {
  const { scenario, errors: wrong } = toScenario(form.scenario);
  for (const [path, message] of Object.entries(wrong ?? {})) errors[`scenario.${path}`] = message;
  if (form.scenarioText?.problem) errors['scenario.text'] = form.scenarioText.problem;
  return {
    preset: 'smoke',
    // A scenario that is wrong has been said to be so.
    ...(scenario && { scenario }),
    scenarioFolder: form.scenarioFolder.trim() || undefined,
    stopTargetAtEnd: form.stopTargetAtEnd,
  };
}

/** Which field a zod issue belongs to. */
function fieldOf(path: readonly PropertyKey[]): string {
  const [first, second, ...rest] = path.map(String);
  const ofMemory = memoryFieldOf(path.map(String));
  if (ofMemory) return ofMemory;
  if (first === 'target') return second === 'argv' ? 'command' : (second ?? 'command');
  if (first === 'capture')
    return second === 'allocationIntervalBytes' ? 'allocationIntervalKib' : (second ?? 'capture');
  if (first === 'load') {
    if (second === 'durationMs') return 'durationSeconds';
    return [second, ...rest.slice(0, 2)].filter(Boolean).join('.');
  }
  return first ?? 'form';
}

function numberOf(text: string): number {
  return text.trim() === '' ? Number.NaN : Number(text);
}

/** A remembered spec as the form that makes it. */
export function fromSpec(spec: RunSpec, platform = 'linux'): FormState {
  const form = emptyForm();
  const { target, load, capture } = spec;
  if (target.kind === 'attach') Object.assign(form, { mode: 'attach', pid: String(target.pid) });
  if (target.kind === 'launch') {
    form.command = target.shell ? target.argv.join(' ') : formatCommandLine(target.argv, platform);
    form.cwd = target.cwd ?? '';
    form.env = Object.entries(target.env).map(([name, value]) => ({ name, value }));
    form.nodeFlags = formatCommandLine(target.nodeFlags, platform);
    form.nodeBinary = target.nodeBinary ?? '';
    form.shell = target.shell;
  }
  if (load) {
    form.preset = load.scenario ? 'scenario' : load.preset;
    if (load.scenario) form.scenario = draftOf(load.scenario);
    form.scenarioFolder = load.scenarioFolder ?? '';
    form.users = load.users === undefined ? '' : String(load.users);
    form.durationSeconds = load.durationMs === undefined ? '' : String(load.durationMs / 1000);
    form.stopTargetAtEnd = load.stopTargetAtEnd;
    form.requests = load.requests.map(({ method, url, headers, body }) => ({
      method,
      url,
      headers: Object.entries(headers)
        .map(([name, value]) => `${name}: ${value}`)
        .join('\n'),
      body: body ?? '',
    }));
  }
  form.cpu = capture.cpu;
  form.cpuIntervalUs = String(capture.cpuIntervalUs);
  form.allocations = capture.allocations;
  form.allocationIntervalKib = String(capture.allocationIntervalBytes / 1024);
  form.metricsIntervalMs = String(capture.metricsIntervalMs);
  Object.assign(form, memoryFormOf(spec));
  form.name = spec.name ?? '';
  form.tags = spec.tags;
  return form;
}

/** What the load will be, with the preset's values where nothing else was given; null without load, or when it is not known. */
export function plannedLoad(
  form: FormState,
  presets: LoadPreset[],
): { what: string; durationMs: number } | null {
  if (form.preset === 'scenario') {
    const { scenario } = toScenario(form.scenario);
    return scenario && { what: loadWords(scenario.load), durationMs: plannedMs(scenario.load) };
  }
  const preset = presets.find((each) => each.name === form.preset);
  if (!preset) return null;
  const users = numberOf(form.users);
  const seconds = numberOf(form.durationSeconds);
  return {
    what: `${form.preset === 'knee' ? 'up to ' : ''}${formatNumber(Number.isFinite(users) ? users : preset.users)} users`,
    durationMs: Number.isFinite(seconds) ? seconds * 1000 : preset.durationMs,
  };
}
