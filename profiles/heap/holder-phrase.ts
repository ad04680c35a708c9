/** What holds an object, as people say it: `"cache" in src/session.js`, `"tick" listeners of "bus" in app.js`. */
import type { HeapGraph } from './graph';
import { shortScript, type ScopePlace } from './places';
import { type WayPattern, wayPatterns } from './way-patterns';

export interface HolderPhrase {
  phrase: string;
  /** The script of the variable at the beginning, as V8 knows it; '' when there is none. */
  script: string;
}

/** Objects with equal keys are held the same way. */
export function holderKey(graph: HeapGraph, ordinal: number): number {
  return wayPatterns(graph).idOf(ordinal);
}

/** By what an object is held: the variable that the way to it goes through, and the properties from there. */
export function describeHolder(graph: HeapGraph, ordinal: number): HolderPhrase {
  const patterns = wayPatterns(graph);
  return phraseOf(graph, patterns.chain(patterns.pattern(patterns.idOf(ordinal))));
}

const mostNames = 4;

/** The phrase of a way: from the root to what is described, as patterns. */
export function phraseOf(graph: HeapGraph, chain: readonly WayPattern[]): HolderPhrase {
  if (chain.length === 0) return { phrase: 'nothing (only weak references)', script: '' };
  const events = chain.findLastIndex(({ kind, edge }) => kind === 'property' && edge === '_events');
  const timer = chain.findLastIndex(({ edge, kind }) => kind === 'property' && edge === '_onTimeout');
  const variable = chain.findLastIndex(({ kind }) => kind === 'variable');
  // Beyond the listener's own function a variable says more.
  if (events !== -1 && events > variable && events + 1 < chain.length) {
    const emitter = phraseOf(graph, chain.slice(0, events));
    const event = eventAfter(chain, events);
    return { ...emitter, phrase: `${event} listeners of ${emitter.phrase}` };
  }
  if (timer !== -1 && timer > variable) {
    const callback = chain[timer]!.node;
    return { phrase: ownerOfNodesTimer(chain, timer) ?? `timers of ${callback}`, script: '' };
  }
  const names = namesAfter(chain, Math.max(0, variable));
  const start = chain[variable];
  if (start !== undefined)
    return { phrase: `"${names}"${scopeText(graph, start.scope)}`, script: start.scope?.script ?? '' };
  const root = chain.find(({ node }) => node !== '(GC roots)') ?? chain[0]!;
  if (root.node === 'global' || root.node === 'system / NativeContext') {
    const global = chain.findIndex(({ node }) => node.startsWith('global'));
    const ofGlobal = namesAfter(chain, Math.max(0, global) + 1);
    return { phrase: ofGlobal === '' ? 'the global object' : `global "${ofGlobal}"`, script: '' };
  }
  // Node's own half of a socket, a server: the other half is the object that people know.
  const owner = chain.findLastIndex(({ edge }) => edge === '<symbol owner_symbol>');
  const ofOwner = owner === -1 ? '' : namesAfter(chain, owner + 1);
  if (owner !== -1)
    return { phrase: `${ofOwner === '' ? '' : `"${ofOwner}" of `}${chain[owner]!.node}`, script: '' };
  return { phrase: names === '' ? rootText(root.node) : `"${names}" of ${rootText(root.node)}`, script: '' };
}

/**
 * Node's own timers (as the one with which a server looks after its connections) are no answer where they lead on to an
 * object of the program's: then it is that one's. Undefined of all others.
 */
function ownerOfNodesTimer(chain: readonly WayPattern[], timer: number): string | undefined {
  if (!/ node:[^ ]+$/.test(chain[timer]!.node)) return undefined;
  let owner = timer;
  while (chain[owner + 1]?.kind === 'internal') owner++;
  const names = namesAfter(chain, owner + 1);
  return owner === timer || names === '' ? undefined : `"${names}" of ${chain[owner]!.node}`;
}

function eventAfter(chain: readonly WayPattern[], events: number): string {
  const step = chain.slice(events + 1).find(({ kind }) => kind === 'property' || kind === 'entry');
  return step === undefined || step.edge === '[…]' ? '' : `"${step.edge}"`;
}

/** `cache.[…].items`, of the steps from one on; long ones are cut in the middle. */
function namesAfter(chain: readonly WayPattern[], from: number): string {
  const names: string[] = [];
  for (const { kind, edge } of chain.slice(from))
    if (kind !== 'internal' && edge !== '__proto__') names.push(edge);
  // The last step is the thing itself: an entry of `cache` is held by `cache`.
  while (names.length > 1 && names.at(-1) === '[…]') names.pop();
  if (names.length > mostNames) names.splice(2, names.length - mostNames, '…');
  return names.join('.');
}

function scopeText(graph: HeapGraph, scope: ScopePlace | undefined): string {
  if (scope === undefined) return '';
  const ofFunction = scope.functionName === '' ? '' : ` of ${scope.functionName}()`;
  return scope.script === '' ? ofFunction : `${ofFunction} in ${shortScript(graph, scope.script)}`;
}

/** What the synthetic roots of V8 and Node.js stand for. */
function rootText(name: string): string {
  if (name === '(Stack roots)') return 'the stack of what is running';
  if (name === '(Handle scope)') return 'native code that is running';
  if (name === '(Global handles)') return 'native code (global handle)';
  const native = /^Node \/ (.+)/.exec(name);
  return native === null ? name : `${native[1]} of Node.js`;
}
