/**
 * Ways from roots to objects, generalised: array indexes and keys of Maps and dictionaries become `[…]`, and what repeats along a
 * way (a linked list, a chain of promises) is written once. Objects held the same way have the same pattern. Patterns form a tree
 * that starts at the root; an object's pattern is found from that of the object before it, once per object.
 */
import { numberOf, propertyCount } from './collections';
import { edgeFrom, edgeLabel, hiddenVariable } from './edges';
import { derived, type HeapGraph, unreachable } from './graph';
import { followInternal, names, nodeNames } from './names';
import { NumberStack } from './number-stack';
import { PairTable } from './pair-table';
import {
  isContext,
  placeOfClosure,
  placeOfContext,
  placeText,
  scriptOfShared,
  type ScopePlace,
  unbound,
} from './places';
import { isString, nodeName } from './rows';
import { waysToRoots } from './ways';

/**
 * `variable`: of a function or module, an export of a module. `entry`: an element of an array, an entry of a Map, a Set or an
 * object used as a dictionary. `internal`: V8's own, `table`, `context`, …
 */
const stepKinds = ['variable', 'property', 'entry', 'internal'] as const;
export type StepKind = (typeof stepKinds)[number];

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

/** Of the pattern of the root, and of what nothing strong holds. */
export const rootPattern = 0;

const longestPeriod = 4;
/** Objects with at least so many properties are dictionaries: their keys tell objects apart, not ways. */
const dictionarySize = 32;
/**
 * In a heap without any order every object has a pattern of its own. Beyond this many an object counts with the one before it
 * on its way, so that memory is bounded: a pattern takes about 30 bytes.
 */
const mostPatterns = 1 << 21;
/** Steps that differ in their names; later ones are all alike. */
const mostSteps = 1 << 18;

/** A step as people read it. Few of them are different: the millions of patterns refer to them by number. */
type Step = Pick<WayPattern, 'kind' | 'edge' | 'node' | 'scope'>;

/** Which step an edge is, so that equal ones are found by two numbers. Names of edges and of nodes are numbered by what they read. */
class Steps {
  readonly all: Step[] = [];
  /** Parallel to `all`: equal for steps that read the same, wherever their variable lives. */
  readonly #likeness: number[] = [];
  readonly #ids = new PairTable();
  readonly #likenesses = new PairTable();
  readonly #texts: string[] = [];
  readonly #textIds = new Map<string, number>();
  readonly #scopes: (ScopePlace | undefined)[] = [undefined];
  readonly #scopeIds = new Map<string, number>();
  readonly #nodeLabels = new PairTable();
  /** By index into the snapshot's strings. */
  readonly #edgeLabels = new Map<number, number>();
  readonly #dictionaries = new Map<number, boolean>();
  readonly #oddball: number;
  readonly #entry: number;
  readonly #none: number;

  constructor(private readonly graph: HeapGraph) {
    [this.#oddball] = graph.snapshot.strings.find(['system / Oddball']) as [number];
    this.#entry = this.#text('[…]');
    this.#none = this.#text('');
    // Number 0, what all steps are beyond the most.
    this.#step('internal', this.#none, this.#text('…'));
  }

  /** Whether two steps read the same. */
  alike(a: number, b: number): boolean {
    return this.#likeness[a] === this.#likeness[b];
  }

  /** Number of the step that an edge is. */
  of(from: number, edge: number): number {
    const { graph } = this;
    const { snapshot } = graph;
    const to = snapshot.edgeTo[edge]!;
    const type = snapshot.edgeType[edge]!;
    const name = snapshot.edgeName[edge]!;
    const node = this.#nodeLabel(to);
    // Roots number what they hold, too.
    const isRoot = snapshot.nodeType[from] === graph.node.synthetic;
    if (type === graph.edge.element)
      return isRoot ? this.#step('internal', this.#none, node) : this.#step('entry', this.#entry, node);
    if (type === graph.edge.property) {
      if (isTimerLink(graph, edge) || this.#isDictionary(from)) return this.#step('entry', this.#entry, node);
      return this.#step('property', this.#edgeLabel(edge, name), node);
    }
    if (type === graph.edge.context)
      return this.#step('variable', this.#edgeLabel(edge, name), node, placeOfContext(graph, from));
    if (type === graph.edge.hidden) {
      const variable = isContext(graph, from) ? hiddenVariable(graph, edge, from) : undefined;
      return variable === undefined
        ? this.#step('internal', this.#text('(hidden)'), node)
        : this.#step('variable', this.#text(variable), node, placeOfContext(graph, from));
    }
    if (type === graph.edge.shortcut && from === 0) return this.#step('internal', this.#none, node);
    if (type === graph.edge.internal && numberOf(graph, name) !== -1) {
      const exported = exportOf(graph, to);
      if (exported !== undefined)
        return this.#step('variable', this.#text(exported.name), node, exported.scope);
      return isRoot ? this.#step('internal', this.#none, node) : this.#step('entry', this.#entry, node);
    }
    return this.#step('internal', this.#edgeLabel(edge, name), node);
  }

  #step(kind: StepKind, edge: number, node: number, scope?: ScopePlace): number {
    const kindAndEdge = edge * stepKinds.length + stepKinds.indexOf(kind);
    let likeness = this.#likenesses.get(kindAndEdge, node);
    if (likeness === -1) {
      if (this.all.length >= mostSteps) return 0;
      likeness = this.all.length;
      this.#likenesses.set(kindAndEdge, node, likeness);
    }
    const place = this.#scope(scope);
    let id = this.#ids.get(likeness, place);
    if (id === -1) {
      if (this.all.length >= mostSteps) return 0;
      id = this.all.length;
      this.#ids.set(likeness, place, id);
      this.#likeness.push(likeness);
      const named = this.#scopes[place];
      this.all.push({
        kind,
        edge: this.#texts[edge]!,
        node: this.#texts[node]!,
        ...(named !== undefined && { scope: named }),
      });
    }
    return id;
  }

  #scope(scope: ScopePlace | undefined): number {
    if (scope === undefined) return 0;
    const text = `${scope.script}\n${scope.functionName}`;
    let id = this.#scopeIds.get(text);
    if (id === undefined) {
      id = this.#scopes.length;
      this.#scopeIds.set(text, id);
      this.#scopes.push(scope);
    }
    return id;
  }

  #text(text: string): number {
    let id = this.#textIds.get(text);
    if (id === undefined) {
      id = this.#texts.length;
      this.#textIds.set(text, id);
      this.#texts.push(text);
    }
    return id;
  }

  #edgeLabel(edge: number, name: number): number {
    let label = this.#edgeLabels.get(name);
    if (label === undefined) {
      label = this.#text(edgeLabel(this.graph, edge));
      this.#edgeLabels.set(name, label);
    }
    return label;
  }

  /** By type and name; of functions by their code and name. */
  #nodeLabel(ordinal: number): number {
    const { graph } = this;
    const { snapshot } = graph;
    const type = snapshot.nodeType[ordinal]!;
    if (isString(graph, ordinal)) return this.#text('string');
    const name = snapshot.nodeName[ordinal]!;
    // Which of V8's odd values it is, an object of its own tells.
    if (name === this.#oddball) return this.#text(nodeName(graph, ordinal));
    const isClosure = type === graph.node.closure;
    const code = isClosure ? followInternal(graph, unbound(graph, ordinal), 'shared') : -1;
    const key = code === -1 ? type : snapshot.nodeTypes.length + code;
    let label = this.#nodeLabels.get(key, name);
    if (label === -1) {
      label = this.#text(isClosure ? functionLabel(graph, ordinal) : nodeName(graph, ordinal));
      this.#nodeLabels.set(key, name, label);
    }
    return label;
  }

  #isDictionary(ordinal: number): boolean {
    const { graph } = this;
    const { firstEdge, nodeName: names } = graph.snapshot;
    // The global object and modules have many properties that are no entries; only plain objects are dictionaries.
    if (names[ordinal] !== nodeNames(graph).Object) return false;
    if (firstEdge[ordinal + 1]! - firstEdge[ordinal]! < dictionarySize) return false;
    let is = this.#dictionaries.get(ordinal);
    if (is === undefined) {
      is = propertyCount(graph, ordinal) >= dictionarySize;
      this.#dictionaries.set(ordinal, is);
    }
    return is;
  }
}

class WayPatterns {
  readonly #graph: HeapGraph;
  readonly #steps: Steps;
  /** By pattern: the one before it, and the step from there. The root's has neither. */
  readonly #parents = new NumberStack();
  readonly #stepOf = new NumberStack();
  readonly #periods = new NumberStack();
  readonly #next = new PairTable();
  /** Pattern of each object, + 1; 0 until it is asked for. */
  readonly #patternOf: Uint32Array;
  readonly #way = new NumberStack();
  /** The last steps of the pattern that is looked at, newest first, and whose steps they are. */
  readonly #last = new Uint32Array(2 * longestPeriod);
  readonly #lastPattern = new Uint32Array(2 * longestPeriod);

  constructor(graph: HeapGraph) {
    this.#graph = graph;
    this.#steps = new Steps(graph);
    this.#patternOf = new Uint32Array(graph.snapshot.nodeCount);
    this.#add(rootPattern, 0);
  }

  /** The pattern of the way to an object; the root's for what nothing strong holds. */
  idOf(ordinal: number): number {
    const { edge, from } = waysToRoots(this.#graph);
    const patternOf = this.#patternOf;
    const way = this.#way;
    way.clear();
    let node = ordinal;
    while (patternOf[node] === 0 && edge[node] !== unreachable) {
      way.push(node);
      node = from[node]!;
    }
    let pattern = Math.max(rootPattern, patternOf[node]! - 1);
    for (let at = way.length - 1; at >= 0; at--) {
      const to = way.at(at);
      pattern = this.#extended(pattern, this.#steps.of(from[to]!, edge[to]!));
      patternOf[to] = pattern + 1;
    }
    return pattern;
  }

  pattern(id: number): WayPattern {
    if (id === rootPattern) return { id, parent: -1, kind: 'internal', edge: '', node: '(root)', period: 0 };
    return {
      ...this.#steps.all[this.#stepOf.at(id)]!,
      id,
      parent: this.#parents.at(id),
      period: this.#periods.at(id),
    };
  }

  /** From the root to a pattern, without the root's. */
  chain(pattern: WayPattern): WayPattern[] {
    const chain: WayPattern[] = [];
    for (let at = pattern; at.parent !== -1; at = this.pattern(at.parent)) chain.push(at);
    return chain.reverse();
  }

  #add(parent: number, step: number): number {
    this.#parents.push(parent);
    this.#stepOf.push(step);
    this.#periods.push(0);
    return this.#parents.length - 1;
  }

  #extended(pattern: number, step: number): number {
    let id = this.#next.get(pattern, step);
    if (id !== -1) return id;
    id = this.#repeated(pattern, step);
    if (id === -1) {
      if (this.#parents.length >= mostPatterns) return pattern;
      id = this.#add(pattern, step);
    }
    this.#next.set(pattern, step, id);
    return id;
  }

  /** Where a way goes on when this step would repeat its last ones: at the end of their first time. -1 when it does not. */
  #repeated(pattern: number, step: number): number {
    const steps = this.#steps;
    const last = this.#last;
    let length = 0;
    // The step itself is the end of the second time.
    for (let at = pattern; at !== rootPattern && length < last.length; at = this.#parents.at(at)) {
      this.#lastPattern[length] = at;
      last[length++] = this.#stepOf.at(at);
    }
    for (let period = 1; period <= longestPeriod && 2 * period - 1 <= length; period++) {
      if (!steps.alike(step, last[period - 1]!)) continue;
      let equal = true;
      for (let at = 0; equal && at < period - 1; at++) equal = steps.alike(last[at]!, last[at + period]!);
      if (!equal) continue;
      const end = this.#lastPattern[period - 1]!;
      const known = this.#periods.at(end);
      this.#periods.set(end, known === 0 ? period : Math.min(known, period));
      return end;
    }
    return -1;
  }
}

export type { WayPatterns };
export const wayPatterns = derived((graph: HeapGraph) => new WayPatterns(graph));

function functionLabel(graph: HeapGraph, closure: number): string {
  const name = nodeName(graph, closure);
  const place = placeText(graph, placeOfClosure(graph, closure));
  return `${name === '(anonymous)' ? '' : name}()${place === '' ? '' : ` ${place}`}`;
}

/** Timers of one duration hang on each other in a ring: each is an entry of the list. */
function isTimerLink(graph: HeapGraph, edge: number): boolean {
  const name = graph.snapshot.edgeName[edge]!;
  const { _idleNext, _idlePrev } = names(graph);
  return name === _idleNext || name === _idlePrev;
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
