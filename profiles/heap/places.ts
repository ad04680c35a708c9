/** Where functions were defined and variables live: script, line, column. */
import { edgeFrom } from './edges';
import { derived, type HeapGraph } from './graph';
import { follow, followInternal, nodeNames, names } from './names';

export interface ScriptPlace {
  /** As V8 knows it: `/srv/shop/src/session.js`, `file:///srv/shop/src/session.mjs`, `node:events`; '' of built-in functions. */
  script: string;
  /** 1-based; 0 when not known. */
  line: number;
  column: number;
}

/** Of an object with a known place; line and column 1-based. V8 knows places of closures, generators and instances of classes. */
export function locationOf(
  graph: HeapGraph,
  ordinal: number,
): { script: number; line: number; column: number } | undefined {
  const { locationNode, locationPlace } = graph.snapshot;
  let low = 0;
  let high = locationNode.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (locationNode[middle]! < ordinal) low = middle + 1;
    else high = middle;
  }
  if (locationNode[low] !== ordinal) return undefined;
  const [script = 0, line = 0, column = 0] = locationPlace.subarray(low * 3, low * 3 + 3);
  return { script, line: line + 1, column: column + 1 };
}

/** Shared function infos are asked again and again: a function literal has one, its closures many. */
const scriptsOfShared = derived(() => new Map<number, string>());

/** Name of the script of a function's shared info; '' of built-in functions. */
export function scriptOfShared(graph: HeapGraph, shared: number): string {
  const known = scriptsOfShared(graph);
  let script = known.get(shared);
  if (script === undefined) {
    // V8 called the field `script_or_debug_info` before Node.js 22.
    let holder = followInternal(graph, shared, 'script');
    if (holder === -1) holder = followInternal(graph, shared, 'script_or_debug_info');
    const name = followInternal(graph, holder, 'name');
    script = name === -1 ? '' : text(graph, name);
    known.set(shared, script);
  }
  return script;
}

/** Names of scripts by V8's ids, as far as closures of the snapshot tell. */
export const scriptNames = derived((graph): Map<number, string> => {
  const { locationNode, locationPlace } = graph.snapshot;
  const byId = new Map<number, string>();
  for (let i = 0; i < locationNode.length; i++) {
    const id = locationPlace[i * 3]!;
    if (byId.has(id)) continue;
    const shared = followInternal(graph, locationNode[i]!, 'shared');
    const script = shared === -1 ? '' : scriptOfShared(graph, shared);
    if (script !== '') byId.set(id, script);
  }
  return byId;
});

function text(graph: HeapGraph, ordinal: number): string {
  return graph.snapshot.strings.start(graph.snapshot.nodeName[ordinal]!, 2000);
}

/** The function that `bind` was called on, else the function itself. */
export function unbound(graph: HeapGraph, closure: number): number {
  let target = closure;
  for (let steps = 0; steps < 10; steps++) {
    const next = followInternal(graph, target, 'bound_function');
    if (next === -1) break;
    target = next;
  }
  return target;
}

/** Where a closure was defined; undefined of built-in functions. */
export function placeOfClosure(graph: HeapGraph, closure: number): ScriptPlace | undefined {
  const target = unbound(graph, closure);
  const script = scriptOfShared(graph, followInternal(graph, target, 'shared'));
  if (script === '') return undefined;
  const location = locationOf(graph, target);
  return { script, line: location?.line ?? 0, column: location?.column ?? 0 };
}

export interface ScopePlace {
  script: string;
  /** Name of the function whose variables they are; '' of modules and anonymous functions. */
  functionName: string;
}

const placesOfScopes = derived(() => new Map<number, ScopePlace | undefined>());

/** Whose variables a context holds. The function itself is known while V8 keeps its scope info, the script by any closure made within. */
export function placeOfContext(graph: HeapGraph, context: number): ScopePlace | undefined {
  const scope = followInternal(graph, context, 'scope_info');
  const known = placesOfScopes(graph);
  if (scope !== -1 && known.has(scope)) return known.get(scope);
  const place = ownerOfScope(graph, scope) ?? ownerOfClosures(graph, context);
  if (scope !== -1) known.set(scope, place);
  return place;
}

/** Of the retainers of a scope info: the function whose own it is, or one that is defined within. */
function ownerOfScope(graph: HeapGraph, scope: number): ScopePlace | undefined {
  if (scope === -1) return undefined;
  const { name_or_scope_info: own, raw_outer_scope_info_or_feedback_metadata: outer } = names(graph);
  const { snapshot, index } = graph;
  let script = '';
  for (let at = index.firstRetainer[scope]!; at < index.firstRetainer[scope + 1]!; at++) {
    const edge = index.retainerEdge[at]!;
    const name = snapshot.edgeName[edge];
    if (snapshot.edgeType[edge] !== graph.edge.internal || (name !== own && name !== outer)) continue;
    const shared = edgeFrom(graph, edge);
    script ||= scriptOfShared(graph, shared);
    if (name === own)
      return { script: scriptOfShared(graph, shared), functionName: functionName(graph, shared) };
  }
  return script === '' ? undefined : { script, functionName: '' };
}

function functionName(graph: HeapGraph, shared: number): string {
  const name = text(graph, shared);
  return name.startsWith('(') ? '' : name;
}

/** The script of a closure made in this context, or in one nested in it. */
function ownerOfClosures(graph: HeapGraph, context: number): ScopePlace | undefined {
  const { context: inContext, previous } = names(graph);
  const { snapshot, index } = graph;
  const pending = [context];
  for (let looked = 0; pending.length > 0 && looked < 200; looked++) {
    const scope = pending.shift()!;
    const end = Math.min(index.firstRetainer[scope + 1]!, index.firstRetainer[scope]! + 1000);
    for (let at = index.firstRetainer[scope]!; at < end; at++) {
      const edge = index.retainerEdge[at]!;
      if (snapshot.edgeType[edge] !== graph.edge.internal) continue;
      const from = edgeFrom(graph, edge);
      if (snapshot.edgeName[edge] === inContext) {
        let closure = from;
        if (snapshot.nodeType[from] !== graph.node.closure) closure = followInternal(graph, from, 'function');
        const script = scriptOfShared(graph, followInternal(graph, closure, 'shared'));
        if (script !== '') return { script, functionName: '' };
      } else if (snapshot.edgeName[edge] === previous) pending.push(from);
    }
  }
  return undefined;
}

/** Path of a script without `file://`, its percent-encoding undone. */
export function scriptPath(script: string): string {
  if (!script.startsWith('file://')) return script;
  try {
    return decodeURIComponent(script.slice('file://'.length));
  } catch {
    return script.slice('file://'.length);
  }
}

/** The folder that all scripts of the program itself are in, with a slash at the end; '' when there is none. */
const commonFolder = derived((graph: HeapGraph): string => {
  const { snapshot, node } = graph;
  const known = names(graph);
  let folder: string | undefined;
  for (let ordinal = 0; ordinal < snapshot.nodeCount; ordinal++) {
    if (snapshot.nodeType[ordinal] !== node.code) continue;
    // Scripts are the code objects with a source and a name; only those have an internal reference `name`.
    const name = known.name === -1 ? -1 : followInternal(graph, ordinal, 'name');
    if (name === -1) continue;
    const path = scriptPath(text(graph, name));
    if (!/^(\/|[A-Za-z]:[\\/])/.test(path)) continue;
    const modules = /^(.*?[\\/])node_modules[\\/]/.exec(path);
    const own = modules?.[1] ?? path.replace(/[^\\/]*$/, '');
    folder = folder === undefined ? own : sharedFolder(folder, own);
  }
  // What is common to everything on the disk tells nothing.
  return folder === undefined || folder.length <= 1 ? '' : folder;
});

function sharedFolder(a: string, b: string): string {
  let length = 0;
  while (length < a.length && a[length] === b[length]) length++;
  return a.slice(0, length).replace(/[^\\/]*$/, '');
}

/** A script as people write it: `src/session.js`, below the folder that the program's scripts have in common. */
export function shortScript(graph: HeapGraph, script: string): string {
  const path = scriptPath(script);
  const folder = commonFolder(graph);
  return folder !== '' && path.startsWith(folder) ? path.slice(folder.length) : path;
}

/** `src/session.js:12`; '' when nothing is known. */
export function placeText(graph: HeapGraph, place: ScriptPlace | undefined): string {
  if (place === undefined) return '';
  const script = shortScript(graph, place.script);
  return place.line > 0 ? `${script}:${place.line}` : script;
}

export function isContext(graph: HeapGraph, ordinal: number): boolean {
  return graph.snapshot.nodeName[ordinal] === nodeNames(graph)['system / Context'];
}

/** The context of a closure or generator, or -1. */
export function contextOf(graph: HeapGraph, ordinal: number): number {
  return follow(graph, ordinal, 'context');
}
