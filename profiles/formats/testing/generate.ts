/**
 * Files as the real tools write them, of any size, always the same for the same size and seed, in parts, so that 300 MB
 * are never one string. For benchmarks and for tests of scale.
 */
import { syntheticRun } from './synthetic-run';
import type { RunSize, SyntheticRun } from './synthetic-run';

const perPart = 8192;

/** The text of a `.cpuprofile` as V8 writes it: nodes in the order of the tree, with `children`, `hitCount` and `positionTicks`. */
export function* generateCpuProfile(size: RunSize): Generator<string> {
  const run = syntheticRun(size);
  const startTime = 1_000_000_000;
  yield '{"nodes":[';
  yield* nodeTexts(run);
  let endTime = startTime;
  for (const delta of run.deltaUs) endTime += delta;
  yield `],"startTime":${startTime},"endTime":${endTime + 1000},"samples":[`;
  yield* listTexts(run.sampleNode.length, (i) => run.sampleNode[i]! + 1);
  yield '],"timeDeltas":[';
  yield* listTexts(run.deltaUs.length, (i) => run.deltaUs[i]!);
  yield ']}';
}

function* nodeTexts({ functions, functionOf, parent, sampleNode }: SyntheticRun): Generator<string> {
  const count = parent.length;
  const hits = new Uint32Array(count);
  for (const node of sampleNode) hits[node]!++;
  const { firstChild, nextSibling } = children(parent);
  const callFrames = functions.map(({ name, url, line, column }, index) =>
    JSON.stringify({
      functionName: name,
      scriptId: String(url === '' ? 0 : 20 + (index % 400)),
      url,
      lineNumber: line,
      columnNumber: column,
    }),
  );
  let part = '';
  const open = [0];
  let first = true;
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    const own: number[] = [];
    for (let child = firstChild[node]!; child !== -1; child = nextSibling[child]!) own.push(child);
    for (let i = own.length - 1; i >= 0; i--) open.push(own[i]!);
    const callee = functionOf[node]!;
    const line = functions[callee]!.line;
    part += `${first ? '' : ','}{"id":${node + 1},"callFrame":${callFrames[callee]!},"hitCount":${hits[node]!}`;
    if (own.length > 0) part += `,"children":[${own.map((child) => child + 1).join(',')}]`;
    if (hits[node]! > 0 && line >= 0)
      part += `,"positionTicks":[{"line":${line + 2},"ticks":${hits[node]!}}]`;
    part += '}';
    first = false;
    if (part.length > 60_000) {
      yield part;
      part = '';
    }
  }
  yield part;
}

function children(parent: Int32Array): { firstChild: Int32Array; nextSibling: Int32Array } {
  const firstChild = new Int32Array(parent.length).fill(-1);
  const nextSibling = new Int32Array(parent.length).fill(-1);
  for (let node = parent.length - 1; node > 0; node--) {
    nextSibling[node] = firstChild[parent[node]!]!;
    firstChild[parent[node]!] = node;
  }
  return { firstChild, nextSibling };
}

function* listTexts(count: number, valueAt: (index: number) => number | string): Generator<string> {
  for (let from = 0; from < count; from += perPart) {
    const part = new Array<number | string>(Math.min(perPart, count - from));
    for (let i = 0; i < part.length; i++) part[i] = valueAt(from + i);
    yield (from === 0 ? '' : ',') + part.join(',');
  }
}

export interface SpeedscopeSize extends RunSize {
  /** `sampled`: a stack and a weight per sample. `evented`: calls opened and closed. */
  type: 'sampled' | 'evented';
  /** Copies of the profile in the file, as threads. Default 1. */
  profiles?: number;
}

/** The text of a speedscope file (https://www.speedscope.app/file-format-schema.json), keys in the order in which speedscope saves them. */
export function* generateSpeedscope(size: SpeedscopeSize): Generator<string> {
  const run = syntheticRun(size);
  yield '{"exporter":"speedscope@1.25.0","name":"generated","activeProfileIndex":0,"$schema":"https://www.speedscope.app/file-format-schema.json","shared":{"frames":[';
  const frames = run.functions.map(({ name, url, line, column }) =>
    JSON.stringify({
      name: name === '' ? '(anonymous)' : name,
      ...(url !== '' && { file: url, line: line + 1, col: column + 1 }),
    }),
  );
  yield* listTexts(frames.length, (i) => frames[i]!);
  yield ']},"profiles":[';
  for (let index = 0; index < (size.profiles ?? 1); index++) {
    if (index > 0) yield ',';
    yield* size.type === 'sampled' ? sampledTexts(run, index) : eventedTexts(run, index);
  }
  yield ']}';
}

/** Each stack as a list of frames, outermost first, without the root. */
function stackTexts({ parent, functionOf }: SyntheticRun): string[] {
  const texts = new Array<string>(parent.length).fill('');
  for (let node = 1; node < parent.length; node++) {
    const before = texts[parent[node]!]!;
    texts[node] = before === '' ? String(functionOf[node]!) : `${before},${functionOf[node]!}`;
  }
  return texts;
}

function* sampledTexts(run: SyntheticRun, index: number): Generator<string> {
  const stacks = stackTexts(run);
  let endValue = 0;
  for (const delta of run.deltaUs) endValue += delta;
  yield `{"type":"sampled","name":"thread ${index + 1}","unit":"microseconds","startValue":0,"endValue":${endValue},"samples":[`;
  yield* listTexts(run.sampleNode.length, (i) => `[${stacks[run.sampleNode[i]!]!}]`);
  yield '],"weights":[';
  yield* listTexts(run.deltaUs.length, (i) => run.deltaUs[i]!);
  yield ']}';
}

function* eventedTexts(run: SyntheticRun, index: number): Generator<string> {
  const { parent, depth, functionOf, sampleNode, deltaUs } = run;
  let endValue = 0;
  for (const delta of deltaUs) endValue += delta;
  yield `{"type":"evented","name":"thread ${index + 1}","unit":"microseconds","startValue":0,"endValue":${endValue},"events":[`;
  let now = 0;
  let open = 0;
  let part = '';
  let first = true;
  const event = (type: 'O' | 'C', node: number): void => {
    part += `${first ? '' : ','}{"type":"${type}","frame":${functionOf[node]!},"at":${now}}`;
    first = false;
  };
  for (let i = 0; i <= sampleNode.length; i++) {
    const next = i < sampleNode.length ? sampleNode[i]! : 0;
    let common = next;
    let from = open;
    while (common !== from) {
      if (depth[from]! >= depth[common]!) {
        event('C', from);
        from = parent[from]!;
      } else common = parent[common]!;
    }
    const opened: number[] = [];
    for (let node = next; node !== common; node = parent[node]!) opened.push(node);
    for (let at = opened.length - 1; at >= 0; at--) event('O', opened[at]!);
    open = next;
    now += deltaUs[i] ?? 0;
    if (part.length > 60_000) {
      yield part;
      part = '';
    }
  }
  yield `${part}]}`;
}
