/** The scenario that a preset with a list of requests stands for: everything that is sent is a scenario. */
import {
  scenarioSchema,
  scenarioVersion,
  type HttpRequest,
  type LoadModel,
  type LoadSpec,
  type Scenario,
  type ScenarioInput,
} from '../api';
import { presetOf } from './presets';

/** Users grow by half from step to step: 1, 2, 3, 5, 8, 12, 18, … */
const kneeFactor = 1.5;

/** @returns with lengths of time as they will be (`timeScale` applied) */
export function scenarioOfLoad(spec: LoadSpec): Scenario {
  const scenario = spec.scenario ?? scenarioOfPreset(spec);
  return spec.timeScale === undefined ? scenario : scaled(scenario, spec.timeScale);
}

/** What the result is called: a preset's name, or `custom` for a scenario whose amount of load is its own. */
export function nameOfLoad({ preset, scenario, presetOfScenario }: LoadSpec): string {
  return scenario ? (presetOfScenario ?? 'custom') : preset;
}

function scenarioOfPreset(spec: LoadSpec): Scenario {
  const requests: HttpRequest[] =
    spec.requests.length > 0 ? spec.requests : [{ url: '/', method: 'GET', headers: {} }];
  // Equal requests are one with their number as its weight: the mix is the same at every moment.
  const weights = new Map<string, { request: HttpRequest; weight: number }>();
  for (const request of requests) {
    const key = JSON.stringify([request.method, request.url, request.headers, request.body]);
    const known = weights.get(key);
    if (known) known.weight++;
    else weights.set(key, { request, weight: 1 });
  }
  const input: ScenarioInput = {
    version: scenarioVersion,
    name: spec.preset,
    load: modelOf(spec),
    flows: [...weights.values()].map(({ request: { method, url, headers, body }, weight }) => ({
      name: `${method} ${url}`.slice(0, 200),
      weight,
      steps: [
        {
          kind: 'request',
          method,
          url: url.startsWith('?') ? `/${url}` : url,
          headers,
          ...(body !== undefined && body !== '' && { body: { type: 'text', text: body } }),
        },
      ],
    })),
  };
  return scenarioSchema.parse(input);
}

function modelOf(spec: LoadSpec): ScenarioInput['load'] {
  const preset = presetOf(spec.preset);
  const users = spec.users ?? preset.users;
  const durationMs = spec.durationMs ?? preset.durationMs;
  if (spec.preset !== 'knee') return { model: 'closed', stages: [{ durationMs, users }] };
  const steps = kneeUsers({ startUsers: 1, maxUsers: users, factor: kneeFactor }).length;
  return { model: 'knee', maxUsers: users, factor: kneeFactor, stepMs: durationMs / steps };
}

/** The users of each step of a search for the knee. */
export function kneeUsers({
  startUsers,
  maxUsers,
  factor,
}: {
  startUsers: number;
  maxUsers: number;
  factor: number;
}): number[] {
  const steps: number[] = [];
  for (let users = Math.min(startUsers, maxUsers); ;) {
    steps.push(users);
    if (users >= maxUsers) return steps;
    users = Math.min(maxUsers, Math.max(users + 1, Math.floor(users * factor)));
  }
}

/** How long it goes on, and the most users (open: iterations under way) there can be. */
export function extentOf(load: LoadModel): { durationMs: number; users: number } {
  if (load.model === 'knee')
    return { durationMs: kneeUsers(load).length * load.stepMs, users: load.maxUsers };
  let durationMs = 0;
  for (const stage of load.stages) durationMs += stage.durationMs;
  if (load.model === 'open') return { durationMs, users: load.maxInFlight };
  return { durationMs, users: load.stages.reduce((most, { users }) => Math.max(most, users), 0) };
}

function scaled(scenario: Scenario, factor: number): Scenario {
  const { load } = scenario;
  const times = (ms: number) => ms * factor;
  return {
    ...scenario,
    load:
      load.model === 'knee'
        ? { ...load, stepMs: times(load.stepMs) }
        : load.model === 'closed'
          ? {
              ...load,
              stages: load.stages.map((stage) => ({ ...stage, durationMs: times(stage.durationMs) })),
            }
          : {
              ...load,
              stages: load.stages.map((stage) => ({ ...stage, durationMs: times(stage.durationMs) })),
            },
    warmUpMs: times(scenario.warmUpMs),
    faults: scenario.faults.map((fault) => ({
      ...fault,
      atMs: times(fault.atMs),
      forMs: times(fault.forMs),
    })),
  };
}
