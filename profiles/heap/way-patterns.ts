/**
 * Ways from roots to objects, generalised: array indexes and keys of Maps and dictionaries become `[…]`, and what repeats along a
 * way (a linked list, a chain of promises) is written once. Objects held the same way have the same pattern. Patterns form a tree
 * that starts at the root; an object's pattern is found from that of the object before it, once per object.
 */
import { numberOf, propertyCount } from './collections';
import { edgeFrom, edgeLabel, hiddenVariable } from './edges';
import { derived, type HeapGraph, unreachable } from './graph';
import { followInternal, nodeNames } from './names';
import {
  isContext,
  placeOfClosure,
  placeOfContext,
  placeText,
  scriptOfShared,
  type ScopePlace,
} from './places';
import { nodeName } from './rows';
import { waysToRoots } from './ways';

export type StepKind =
  /** A variable of a function or module, an export of a module. */
  | 'variable'
  | 'property'
  /** An element of an array, an entry of a Map, a Set or an object used as a dictionary. */
  | 'entry'
  /** V8's own: `table`, `context`, … */
  | 'internal';

export interface WayPattern {
  id: number;
  /** -1 for the root's. */
  parent: number;
  kind: StepKind;
  /** Name of the last edge. */
  edge: string;
  /** Constructor or function at the end. */
  node: string;
  /** Of variables: where they live. */
  scope?: ScopePlace;
  /** The last this many steps repeat along the way; 0 when they do not. */
  period: number;
}

const longestPeriod = 4;
/** Objects with at least so many properties are dictionaries: their keys tell objects apart, not ways. */
const dictionarySize = 32;

class WayPatterns {
  readonly patterns: WayPattern[] = [];
  private readonly byStep = new Map<string, number>();
  /** Pattern of each object, + 1; 0 until it is asked for. */
  private readonly patternOf: Uint32Array;
  private readonly dictionaries = new Map<number, boolean>();
  private readonly constructorNames = new Map<number, string>();
  private readonly propertyNames = new Map<number, string>();

  constructor(private readonly graph: HeapGraph) {
    this.patternOf = new Uint32Array(graph.snapshot.nodeCount);
    this.patterns.push({ id: 0, parent: -1, kind: 'internal', edge: '', node: '(root)', period: 0 });
  }

  /** The pattern of the way to an object; the root's for what nothing strong holds. */
  of(ordinal: number): WayPattern {
    const { edge } = waysToRoots(this.graph);
    const way: number[] = [];
    let node = ordinal;
    while (this.patternOf[node] === 0 && edge[node] !== unreachable) {
      way.push(edge[node]!);
      node = edgeFrom(this.graph, edge[node]!);
    }
    let pattern = Math.max(0, this.patternOf[node]! - 1);
    for (let at = way.length - 1; at >= 0; at--) {
      pattern = this.extended(pattern, way[at]!);
      this.patternOf[this.graph.snapshot.edgeTo[way[at]!]!] = pattern + 1;
    }
    return this.patterns[pattern]!;
  }

  /** From the root to a pattern, without the root's. */
  chain(pattern: WayPattern): WayPattern[] {
    const chain: WayPattern[] = [];
    for (let at = pattern; at.parent !== -1; at = this.patterns[at.parent]!) chain.push(at);
    return chain.reverse();
  }

  private extended(pattern: number, edge: number): number {
    const step = this.step(edge);
    const repeated = this.repeated(pattern, step);
    if (repeated !== -1) return repeated;
    const key = `${pattern}\n${step.kind}\n${step.edge}\n${step.node}\n${step.scope?.script ?? ''}\n${step.scope?.functionName ?? ''}`;
    let id = this.byStep.get(key);
    if (id === undefined) {
      id = this.patterns.length;
      this.byStep.set(key, id);
      this.patterns.push({ ...step, id, parent: pattern, period: 0 });
    }
    return id;
  }

  /** Where a way goes on when this step would repeat its last ones: at the end of their first time. -1 when it does not. */
  private repeated(pattern: number, step: Omit<WayPattern, 'id' | 'parent' | 'period'>): number {
    // The last steps, newest first; the step itself is the end of the second time.
    const last: WayPattern[] = [];
    for (let at = this.patterns[pattern]!; at.parent !== -1 && last.length < 2 * longestPeriod;) {
      last.push(at);
      at = this.patterns[at.parent]!;
    }
    for (let period = 1; period <= longestPeriod && 2 * period - 1 <= last.length; period++) {
      const same = (a: Omit<WayPattern, 'id' | 'parent' | 'period'>, b: WayPattern) =>
        a.kind === b.kind && a.edge === b.edge && a.node === b.node;
      if (!same(step, last[period - 1]!)) continue;
      let equal = true;
      for (let at = 0; equal && at < period - 1; at++) equal = same(last[at]!, last[at + period]!);
      if (!equal) continue;
      const end = last[period - 1]!;
      end.period = end.period === 0 ? period : Math.min(end.period, period);
      return end.id;
    }
    return -1;
  }

  private step(edge: number): Omit<WayPattern, 'id' | 'parent' | 'period'> {
    const { graph } = this;
    const { snapshot } = graph;
    const to = snapshot.edgeTo[edge]!;
    const from = edgeFrom(graph, edge);
    const type = snapshot.edgeType[edge]!;
    const node = this.nodeLabel(to);
    if (type === graph.edge.element) {
      // Roots number what they hold, too.
      return snapshot.nodeType[from] === graph.node.synthetic
        ? { kind: 'internal', edge: '', node }
        : { kind: 'entry', edge: '[…]', node };
    }
    if (type === graph.edge.hidden) {
      const variable = isContext(graph, from) ? hiddenVariable(graph, edge, from) : undefined;
      return variable === undefined
        ? { kind: 'internal', edge: '(hidden)', node }
        : { kind: 'variable', edge: variable, node, scope: placeOfContext(graph, from) };
    }
    if (type === graph.edge.context)
      return { kind: 'variable', edge: edgeLabel(graph, edge), node, scope: placeOfContext(graph, from) };
    if (type === graph.edge.shortcut && from === 0) return { kind: 'internal', edge: '', node };
    if (type === graph.edge.property && isTimerLink(graph, edge)) return { kind: 'entry', edge: '[…]', node };
    if (type === graph.edge.property)
      return this.isDictionary(from)
        ? { kind: 'entry', edge: '[…]', node }
        : {
            kind: 'property',
            edge: this.known(this.propertyNames, snapshot.edgeName[edge]!, () => edgeLabel(graph, edge)),
            node,
          };
    const slot = type === graph.edge.internal ? numberOf(graph, snapshot.edgeName[edge]!) : -1;
    if (slot !== -1) {
      const exported = exportOf(graph, to);
      if (exported !== undefined)
        return { kind: 'variable', edge: exported.name, node, scope: exported.scope };
      return snapshot.nodeType[from] === graph.node.synthetic
        ? { kind: 'internal', edge: '', node }
        : { kind: 'entry', edge: '[…]', node };
    }
    return { kind: 'internal', edge: edgeLabel(graph, edge), node };
  }

  private nodeLabel(ordinal: number): string {
    const { graph } = this;
    if (graph.snapshot.nodeType[ordinal] === graph.node.closure) {
      const name = nodeName(graph, ordinal);
      const place = placeText(graph, placeOfClosure(graph, ordinal));
      return `${name === '(anonymous)' ? '' : name}()${place === '' ? '' : ` ${place}`}`;
    }
    if (graph.snapshot.nodeType[ordinal] !== graph.node.object) return nodeName(graph, ordinal);
    return this.known(this.constructorNames, graph.snapshot.nodeName[ordinal]!, () =>
      nodeName(graph, ordinal),
    );
  }

  /** Texts are decoded once: a million objects have few constructors and property names. */
  private known(texts: Map<number, string>, index: number, decode: () => string): string {
    let text = texts.get(index);
    if (text === undefined) {
      text = decode();
      texts.set(index, text);
    }
    return text;
  }

  private isDictionary(ordinal: number): boolean {
    const { graph } = this;
    // The global object and modules have many properties that are no entries; only plain objects are dictionaries.
    if (graph.snapshot.nodeName[ordinal] !== nodeNames(graph).Object) return false;
    let is = this.dictionaries.get(ordinal);
    if (is === undefined) {
      is = propertyCount(graph, ordinal) >= dictionarySize;
      this.dictionaries.set(ordinal, is);
    }
    return is;
  }
}

export type { WayPatterns };
export const wayPatterns = derived((graph: HeapGraph) => new WayPatterns(graph));

/** Timers of one duration hang on each other in a ring: each is an entry of the list. */
function isTimerLink({ snapshot }: HeapGraph, edge: number): boolean {
  const name =
    snapshot.strings.bytes(snapshot.edgeName[edge]!) === 9
      ? snapshot.strings.get(snapshot.edgeName[edge]!)
      : '';
  return name === '_idleNext' || name === '_idlePrev';
}

const exportsOfCells = derived(() => new Map<number, Export | undefined>());

interface Export {
  name: string;
  scope: ScopePlace | undefined;
}

/** Exports of an ES module are cells in a hash table of its module, each after its name. Undefined of other objects. */
function exportOf(graph: HeapGraph, cell: number): Export | undefined {
  const { snapshot, index } = graph;
  if (snapshot.nodeName[cell] !== nodeNames(graph)['system / Cell']) return undefined;
  const known = exportsOfCells(graph);
  if (known.has(cell)) return known.get(cell);
  let found: Export | undefined;
  for (
    let at = index.firstRetainer[cell]!;
    found === undefined && at < index.firstRetainer[cell + 1]!;
    at++
  ) {
    const edge = index.retainerEdge[at]!;
    const table = edgeFrom(graph, edge);
    if (snapshot.edgeType[edge] !== graph.edge.internal || snapshot.nodeType[table] !== graph.node.array)
      continue;
    const name = nameBefore(graph, table, numberOf(graph, snapshot.edgeName[edge]!));
    if (name !== undefined) found = { name, scope: placeOfExport(graph, table) };
  }
  known.set(cell, found);
  return found;
}

/** The string in the slot before the given one. */
function nameBefore(graph: HeapGraph, table: number, slot: number): string | undefined {
  const { snapshot, edge } = graph;
  if (slot < 1) return undefined;
  for (let at = snapshot.firstEdge[table]!; at < snapshot.firstEdge[table + 1]!; at++) {
    if (snapshot.edgeType[at] !== edge.internal || numberOf(graph, snapshot.edgeName[at]!) !== slot - 1)
      continue;
    const name = snapshot.edgeTo[at]!;
    if (snapshot.nodeType[name] === graph.node.string)
      return snapshot.strings.start(snapshot.nodeName[name]!, 200);
  }
  return undefined;
}

/** The script of the module that a table of exports belongs to: by the module's code, or by its context, which leads to it. */
function placeOfExport(graph: HeapGraph, table: number): ScopePlace | undefined {
  const { snapshot, index } = graph;
  for (let at = index.firstRetainer[table]!; at < index.firstRetainer[table + 1]!; at++) {
    const module = edgeFrom(graph, index.retainerEdge[at]!);
    for (let edge = snapshot.firstEdge[module]!; edge < snapshot.firstEdge[module + 1]!; edge++) {
      const code = snapshot.edgeTo[edge]!;
      const script = scriptOfShared(graph, code);
      if (script !== '') return { script, functionName: '' };
      const context = followInternal(graph, code, 'context');
      if (context !== -1 && isContext(graph, context)) return placeOfContext(graph, context);
    }
    for (let back = index.firstRetainer[module]!; back < index.firstRetainer[module + 1]!; back++) {
      const context = edgeFrom(graph, index.retainerEdge[back]!);
      if (isContext(graph, context)) return placeOfContext(graph, context);
    }
  }
  return undefined;
}
