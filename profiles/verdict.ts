/** What was found, in two to four plain sentences with links to the proof. Says nothing that was not measured. */
import type { CallTree } from './call-tree';
import { formatBytes, formatDurationMs, formatNumber, formatPercent, formatRate } from './format';
import { categoryTotals, frameKey, functionTable } from './functions';
import type { FunctionRow } from './functions';
import { formatLocation } from './location';
import { maximum, minimum } from './time-series';
import type { SeriesColumns } from './time-series';

export type VerdictLink =
  | { kind: 'function'; frameKey: string; name: string; url: string; line: number }
  | { kind: 'range'; startUs: number; endUs: number }
  | { kind: 'tab'; tab: 'flame' | 'functions' | 'memory' | 'load' | 'output' | 'processes' };

export interface VerdictPart {
  text: string;
  link?: VerdictLink;
  /** Set in the monospace font. */
  code?: boolean;
}

export interface VerdictSentence {
  /** `problem`: worth acting on; `finding`: a fact; `fine`: nothing to see; `unknown`: not enough was measured. */
  tone: 'problem' | 'finding' | 'fine' | 'unknown';
  parts: VerdictPart[];
}

/** A mark of the timeline; only `blocked` ones are read. `tUs` is where the block began. */
export interface VerdictMark {
  kind: string;
  tUs: number;
  durationMs?: number;
  /** A program's first synchronous code blocks nothing that could have run already: it is not counted. */
  startUp?: boolean;
  /** The profiler itself stopped the program. */
  ours?: boolean;
  /** So many shorter ones near it are not listed. */
  others?: number;
}

export interface VerdictLoad {
  totals: {
    requests: number;
    errors: number;
    timeouts: number;
    non2xx: number;
    /** Answers that failed a check. */
    badChecks?: number;
    meanRate: number;
    latency: { p99Ms?: number } | null;
  };
  /** Whether the load generator can be believed. */
  generator?: { wasLimit: boolean; verdict: string };
  thresholds?: readonly { expression: string; ok: boolean }[];
}

export interface VerdictInput {
  /** The CPU time of all threads, without idle time; null when no CPU profile was taken. */
  cpu: CallTree | null;
  series: readonly SeriesColumns[];
  marks: readonly VerdictMark[];
  load: VerdictLoad | null;
  /** Shortens file names. */
  cwd?: string;
}

/** Below this a percentage is noise: with 50 samples, a share of 50 % has a standard error of 7 points. */
const fewSamples = 50;
const notableShare = 0.1;
const notableGrowthBytes = 10_000_000;

/** The sentences, most important kind of evidence first: CPU, event loop, memory, load. */
export function verdict(input: VerdictInput): VerdictSentence[] {
  const sentences = [
    cpuSentence(input),
    collectionSentence(input),
    loopSentence(input),
    heapSentence(input),
    loadSentence(input),
    generatorSentence(input),
    thresholdSentence(input),
  ];
  return sentences.filter((sentence) => sentence !== null);
}

/** A sentence without its links, for terminals and documents. */
export function sentenceText({ parts }: VerdictSentence): string {
  return parts.map(({ text, code }) => (code ? `\`${text}\`` : text)).join('');
}

/** Requests that failed (errors, timeouts, answers that were not as they should be) as a share of all that were tried, 0..1. */
export function failedShare({
  requests,
  errors,
  timeouts,
  non2xx,
  badChecks = 0,
}: Omit<VerdictLoad['totals'], 'meanRate' | 'latency'>): number {
  // `requests` counts answers, whatever their status; errors and timeouts never got one.
  const tried = requests + errors + timeouts;
  return tried > 0 ? Math.min(1, (errors + timeouts + non2xx + badChecks) / tried) : 0;
}

/** Rows that are functions and not names V8 gives to what is none. */
export function isRealFunction({ category }: Pick<FunctionRow, 'category'>): boolean {
  return category === 'app' || category === 'dependency' || category === 'node' || category === 'native';
}

function cpuSentence({ cpu, cwd }: VerdictInput): VerdictSentence | null {
  if (!cpu) return null;
  const table = functionTable(cpu);
  const samples = table.reduce((sum, row) => sum + row.sampleCount, 0);
  const top = table.find(isRealFunction);
  if (samples < fewSamples || !top || top.self === 0) {
    const busy = formatDurationMs(cpu.totalWeight / 1000);
    return {
      tone: 'unknown',
      parts: [
        {
          text: `Only ${formatNumber(samples)} CPU samples (${busy} of work): too few to say where time goes.`,
        },
      ],
    };
  }
  const share = formatPercent(top.selfShare);
  if (top.selfShare < notableShare)
    return {
      tone: 'finding',
      parts: [
        { text: 'No single function dominates the CPU time; the most, ' },
        { text: share, link: { kind: 'tab', tab: 'functions' } },
        { text: ', went to ' },
        ...functionParts(cpu, top, cwd),
        { text: '.' },
      ],
    };
  const owner = top.category === 'app' ? null : responsible(cpu, top);
  return {
    tone: top.selfShare >= 0.3 ? 'problem' : 'finding',
    parts: [
      { text: `${share} of the CPU time went to ` },
      ...functionParts(cpu, top, cwd),
      ...(owner ? [{ text: ', mostly on behalf of ' }, ...functionParts(cpu, owner, cwd)] : []),
      { text: '.' },
    ],
  };
}

/** The person's own function nearest above `callee` in most of its time, null when that is less than half. */
function responsible(tree: CallTree, callee: FunctionRow): FunctionRow | null {
  const { nodes, frames, self } = tree;
  const rows = functionTable(tree);
  const appFrames = new Set(rows.filter(({ category }) => category === 'app').map(({ frame }) => frame));
  const nearest = new Int32Array(nodes.length).fill(-1);
  const weights = new Map<number, number>();
  for (let node = 1; node < nodes.length; node++) {
    const frame = nodes.frame[node]!;
    nearest[node] = appFrames.has(frame) ? frame : nearest[nodes.parent[node]!]!;
    if (frame === callee.frame && nearest[node] !== -1)
      weights.set(nearest[node]!, (weights.get(nearest[node]!) ?? 0) + self[node]!);
  }
  const [best] = [...weights].sort((a, b) => b[1] - a[1]);
  if (!best || best[1] < callee.self / 2 || frames.length <= best[0]) return null;
  return rows.find(({ frame }) => frame === best[0]) ?? null;
}

function functionParts(tree: CallTree, row: FunctionRow, cwd: string | undefined): VerdictPart[] {
  const { name, url, line } = row;
  const link: VerdictLink = { kind: 'function', frameKey: frameKey(tree.frames, row.frame), name, url, line };
  const location = formatLocation(url, line, cwd);
  return [{ text: name, code: true, link }, ...(location === '' ? [] : [{ text: ` (${location})` }])];
}

function collectionSentence({ cpu }: VerdictInput): VerdictSentence | null {
  const gc = cpu ? categoryTotals(cpu).find(({ category }) => category === 'gc') : undefined;
  if (!gc || gc.share < notableShare) return null;
  return {
    tone: 'problem',
    parts: [
      { text: 'Garbage collection took ' },
      { text: formatPercent(gc.share), link: { kind: 'tab', tab: 'memory' } },
      { text: ' of the CPU time.' },
    ],
  };
}

function loopSentence({ marks, series }: VerdictInput): VerdictSentence | null {
  const blocks = marks.filter(
    (mark) => mark.kind === 'blocked' && mark.durationMs !== undefined && !mark.startUp && !mark.ours,
  );
  const [first] = blocks;
  if (first) {
    const longest = blocks.reduce((a, b) => (b.durationMs! > a.durationMs! ? b : a), first);
    const link: VerdictLink = {
      kind: 'range',
      startUs: longest.tUs,
      endUs: longest.tUs + longest.durationMs! * 1000,
    };
    const count = blocks.reduce((sum, { others = 0 }) => sum + 1 + others, 0);
    const times = count === 1 ? 'once, for ' : `${formatNumber(count)} times, longest `;
    return {
      tone: 'problem',
      parts: [
        { text: `The event loop was blocked ${times}` },
        { text: formatDurationMs(longest.durationMs!), link },
        { text: '.' },
      ],
    };
  }
  const longestMs = maximum(
    series.filter(({ metric }) => metric === 'loopDelayMax').flatMap(({ values }) => maximum(values) ?? []),
  );
  if (longestMs === undefined) return null;
  const startUp = marks.find(
    ({ kind, startUp: first, durationMs = 0 }) => kind === 'blocked' && first && durationMs >= longestMs / 2,
  );
  if (startUp)
    return {
      tone: 'finding',
      parts: [
        { text: 'The event loop was never blocked after the program’s first synchronous code, which took ' },
        { text: formatDurationMs(startUp.durationMs!) },
        { text: '.' },
      ],
    };
  return {
    tone: 'fine',
    parts: [{ text: `The event loop was never held up for longer than ${formatDurationMs(longestMs)}.` }],
  };
}

/**
 * Growth of the heap between the low points of the first and of the last quarter of a thread's life: what a collection
 * leaves is what lives; the saw-tooth above it says nothing.
 */
export function heapGrowth({
  tUs,
  values,
}: Pick<SeriesColumns, 'tUs' | 'values'>): { fromBytes: number; toBytes: number } | null {
  const first = tUs[0];
  const last = tUs[tUs.length - 1];
  // Below 20 points or 5 s, what looks like growth is warming up.
  if (first === undefined || last === undefined || values.length < 20 || last - first < 5_000_000)
    return null;
  const quarterUs = (last - first) / 4;
  const fromBytes = minimum(values.filter((_, i) => tUs[i]! <= first + quarterUs));
  const toBytes = minimum(values.filter((_, i) => tUs[i]! >= last - quarterUs));
  return fromBytes === undefined || toBytes === undefined ? null : { fromBytes, toBytes };
}

function heapSentence({ series }: VerdictInput): VerdictSentence | null {
  const heaps = series.filter(({ metric, values }) => metric === 'heapUsed' && values.length > 0);
  const peak = maximum(heaps.flatMap(({ values }) => maximum(values) ?? []));
  if (peak === undefined) return null;
  const growths = heaps.map((heap) => heapGrowth(heap)).filter((growth) => growth !== null);
  const [most] = growths.sort((a, b) => b.toBytes - b.fromBytes - (a.toBytes - a.fromBytes));
  if (!most) return { tone: 'finding', parts: [{ text: `The heap’s peak was ${formatBytes(peak)}.` }] };
  const { fromBytes, toBytes } = most;
  const grew = toBytes - fromBytes > notableGrowthBytes && toBytes > fromBytes * 1.2;
  if (!grew)
    return {
      tone: 'fine',
      parts: [{ text: `The heap did not grow notably; its peak was ${formatBytes(peak)}.` }],
    };
  return {
    tone: 'problem',
    parts: [
      { text: 'The heap grew by ' },
      { text: formatBytes(toBytes - fromBytes), link: { kind: 'tab', tab: 'memory' } },
      { text: `, from ${formatBytes(fromBytes)} to ${formatBytes(toBytes)} at its low points.` },
    ],
  };
}

function loadSentence({ load }: VerdictInput): VerdictSentence | null {
  if (!load) return null;
  const { totals } = load;
  const link: VerdictLink = { kind: 'tab', tab: 'load' };
  const failed = failedShare(totals);
  const outcome = failed === 0 ? 'none failed' : `${formatPercent(failed)} failed`;
  const p99Ms = totals.latency?.p99Ms;
  const p99 =
    p99Ms === undefined ? '' : `, ${formatPercent(0.99)} answered within ${formatDurationMs(p99Ms)}`;
  if (totals.requests === 0)
    return {
      tone: 'problem',
      parts: [{ text: 'None of the load’s requests was answered', link }, { text: '.' }],
    };
  return {
    tone: failed > 0.01 ? 'problem' : 'finding',
    parts: [
      { text: `${formatNumber(totals.requests)} requests`, link },
      { text: ` at ${formatRate(totals.meanRate)}${p99}; ${outcome}.` },
    ],
  };
}

/** Said only when it was: what else is said of the load then is about the generator. */
function generatorSentence({ load }: VerdictInput): VerdictSentence | null {
  if (!load?.generator?.wasLimit) return null;
  return {
    tone: 'problem',
    parts: [
      { text: 'The load generator was the limit', link: { kind: 'tab', tab: 'load' } },
      { text: `. ${load.generator.verdict}` },
    ],
  };
}

function thresholdSentence({ load }: VerdictInput): VerdictSentence | null {
  const thresholds = load?.thresholds ?? [];
  const broken = thresholds.filter(({ ok }) => !ok);
  if (thresholds.length === 0) return null;
  const link: VerdictLink = { kind: 'tab', tab: 'load' };
  if (broken.length === 0)
    return { tone: 'fine', parts: [{ text: 'All thresholds of the load held', link }, { text: '.' }] };
  return {
    tone: 'problem',
    parts: [
      {
        text: `${formatNumber(broken.length)} of ${formatNumber(thresholds.length)} thresholds ${broken.length === 1 ? 'was' : 'were'} broken`,
        link,
      },
      { text: ': ' },
      { text: broken.map(({ expression }) => expression).join(', '), code: true },
      { text: '.' },
    ],
  };
}
