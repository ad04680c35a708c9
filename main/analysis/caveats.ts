/** Why the numbers of two sessions may not be comparable, in sentences for the person. */
import { formatDurationMs, formatNumber } from '../../profiles/format';
import type { Environment, LoadResult, RunSpec, Scenario, SessionMeta } from '../api';
import { nameOfLoad } from '../load/scenario-of-load';

/** What is known of a run besides its numbers; the more, the more can be said. */
export interface ComparedRun {
  meta: SessionMeta;
  spec?: RunSpec | null;
  environment?: Environment | null;
  loadResult?: LoadResult | null;
}

/** Under this many samples a function's share is mostly chance. */
const fewSamples = 200;
const similarDuration = 1.5;

/** Empty when the sessions are alike in everything that is known of both. */
export function caveats(a: ComparedRun, b: ComparedRun): string[] {
  return [
    ...whatRan(a, b),
    ...loadCaveats(a, b),
    ...machineCaveats(a, b),
    ...captureCaveats(a, b),
    ...durationCaveats(a, b),
    ...completeness('A', a),
    ...completeness('B', b),
  ];
}

function whatRan(a: ComparedRun, b: ComparedRun): string[] {
  const found: string[] = [];
  if (a.meta.id === b.meta.id) found.push('Both sides are the same session.');
  if (a.meta.commandLine !== b.meta.commandLine)
    found.push(`Different commands: ${shown(a.meta.commandLine)} and ${shown(b.meta.commandLine)}.`);
  if (a.meta.nodeVersion !== b.meta.nodeVersion && a.meta.nodeVersion !== '' && b.meta.nodeVersion !== '')
    found.push(`Different Node.js versions: ${a.meta.nodeVersion} and ${b.meta.nodeVersion}.`);
  return found;
}

function loadCaveats(a: ComparedRun, b: ComparedRun): string[] {
  const loadA = loadOf(a);
  const loadB = loadOf(b);
  const found: string[] = [];
  if ((loadA === null) !== (loadB === null)) found.push(`Only session ${loadA ? 'A' : 'B'} ran under load.`);
  else if (loadA && loadB) {
    if (loadA.name !== undefined && loadB.name !== undefined && loadA.name !== loadB.name)
      found.push(`Different load: ${loadA.name} and ${loadB.name}.`);
    if (loadA.users !== undefined && loadB.users !== undefined && loadA.users !== loadB.users)
      found.push(
        `Different numbers of users: ${formatNumber(loadA.users)} and ${formatNumber(loadB.users)}.`,
      );
    if (loadA.requests !== undefined && loadB.requests !== undefined && loadA.requests !== loadB.requests)
      found.push('The load made different requests.');
  }
  for (const [side, run] of [
    ['A', a],
    ['B', b],
  ] as const)
    if (run.loadResult?.cancelled) found.push(`The load of session ${side} was cancelled before its end.`);
  return found;
}

interface KnownLoad {
  /** The preset's, the scenario's, or the tool's. */
  name?: string;
  users?: number;
  /** The requests' methods and paths, to be compared as a text. */
  requests?: string;
}

function loadOf({ loadResult, spec, meta }: ComparedRun): KnownLoad | null {
  if (loadResult) {
    const requests = loadResult.perRequest
      .map(({ method, url }) => `${method} ${pathOf(url)}`)
      .sort()
      .join('\n');
    return {
      name: nameOf(loadResult.preset, loadResult.scenario),
      // In the open model they are those that happened to be under way at once, in a search what it came to.
      ...((loadResult.scenario?.load.model ?? 'closed') === 'closed' && { users: loadResult.users }),
      requests,
    };
  }
  if (spec?.load)
    return {
      name: nameOf(nameOfLoad(spec.load), spec.load.scenario),
      ...(spec.load.users !== undefined && { users: spec.load.users }),
    };
  return meta.summary.requests === undefined ? null : {};
}

/** A scenario whose amount of load is that of no preset goes by its own name. */
function nameOf(preset: string, scenario: Scenario | undefined): string {
  return preset === 'custom' && scenario ? `“${scenario.name}”` : preset;
}

/** Ports differ from run to run; the path is what was asked for. */
function pathOf(url: string): string {
  return url.replace(/^https?:\/\/[^/]+/, '') || '/';
}

function machineCaveats(a: ComparedRun, b: ComparedRun): string[] {
  const one = a.environment;
  const other = b.environment;
  if (!one || !other) return [];
  if (one.cpuModel === other.cpuModel && one.cpuCount === other.cpuCount && one.arch === other.arch)
    return [];
  const machine = (env: Environment) => `${env.cpuModel || env.arch} × ${env.cpuCount}`;
  return [`Different machines: ${machine(one)} and ${machine(other)}.`];
}

function captureCaveats(a: ComparedRun, b: ComparedRun): string[] {
  const one = a.spec?.capture;
  const other = b.spec?.capture;
  if (!one || !other) return [];
  const found: string[] = [];
  if (one.cpu && other.cpu && one.cpuIntervalUs !== other.cpuIntervalUs)
    found.push(
      `Different sampling intervals: ${formatDurationMs(one.cpuIntervalUs / 1000)} and ${formatDurationMs(other.cpuIntervalUs / 1000)}.`,
    );
  if (one.allocations !== other.allocations)
    found.push(
      `Only session ${one.allocations ? 'A' : 'B'} recorded allocations, which costs a little time itself.`,
    );
  return found;
}

function durationCaveats(a: ComparedRun, b: ComparedRun): string[] {
  const longer = Math.max(a.meta.durationMs, b.meta.durationMs);
  const shorter = Math.min(a.meta.durationMs, b.meta.durationMs);
  if (longer <= shorter * similarDuration) return [];
  return [
    `Very different durations: ${formatDurationMs(a.meta.durationMs)} and ${formatDurationMs(b.meta.durationMs)}; compare shares rather than sums.`,
  ];
}

function completeness(side: 'A' | 'B', { meta }: ComparedRun): string[] {
  const found: string[] = [];
  const { cpuSamples } = meta.summary;
  if (cpuSamples === undefined) found.push(`Session ${side} has no CPU profile.`);
  else if (cpuSamples < fewSamples)
    found.push(
      `Session ${side} has only ${formatNumber(cpuSamples)} CPU samples; small changes of functions are chance.`,
    );
  if (meta.status === 'recording') found.push(`Session ${side} is still being recorded.`);
  if (meta.status === 'recovered') found.push(`Session ${side} was recovered and may lack its end.`);
  if (meta.status === 'failed') found.push(`The run of session ${side} failed.`);
  return found;
}

function shown(commandLine: string): string {
  return commandLine === '' ? 'an imported profile' : `“${commandLine}”`;
}
