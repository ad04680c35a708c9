/**
 * Holds the profiles of one recording and answers what the views ask of them. Synchronous and without a window: it runs
 * in the explorer's worker, and in tests.
 */
import { aggregate, commonUnit, mergeCallTrees, type CallTree } from '../../profiles/call-tree';
import { ProfileBuilder } from '../../profiles/builder';
import { layoutChart, type ChartLayout } from '../../profiles/flame-chart';
import { layoutFlame } from '../../profiles/flame-layout';
import { functionActivity } from '../../profiles/activity';
import { exportProfile } from '../../profiles/formats/export';
import { sandwich } from '../../profiles/invert';
import { addLineTotals, lineTotals } from '../../profiles/lines';
import { mapProfile, mappingOf, positionsOf } from '../../profiles/source-mapping';
import type { AskedPositions, SourceMapping } from '../../profiles/source-mapping';
import { transformProfile } from '../../profiles/transforms';
import type { Profile, ProfileDelta, ProfileUnit, TimeRange } from '../../profiles/types';
import type { ResolvedPositions, ThreadKey } from '../../main/api';
import { Cache } from './cache';
import { functionDetails } from './function-details';
import { combinedPositions, partOfAnswer, type PositionsPart } from './mapped-positions';
import { ownedFrames, ownedTree } from './owned';
import type { ProfileFacts, Questions, QuestionName, Scope } from './types';

export type Source = Scope['source'];

interface Held {
  thread: ThreadKey;
  title: string;
  profile: Profile;
  /** Only of live recordings. */
  builder: ProfileBuilder | null;
  /** Another value of the same samples as its neighbours (pprof): it is never added to them. */
  exclusive: boolean;
  /** Where source maps say that its functions come from. */
  mapping: SourceMapping | null;
  /** Grows with each change of the profile or the mapping. */
  version: number;
}

export interface SetProfileOptions {
  title?: string;
  exclusive?: boolean;
}

/** What each source is shown in where its threads differ. */
const preferredUnit: Record<Source, ProfileUnit> = {
  cpu: 'microseconds',
  allocations: 'bytes',
  'in-range': 'bytes',
};

export class Explorer {
  private held = nothingHeld();
  /** Never reset, so that a profile that takes another's place is told apart from it. */
  private changes = 0;
  /** What the newest `positions` asked about, per profile. */
  private asked: PositionsPart<Held>[] = [];
  private readonly mapped = new Cache<Profile>(8_000_000, (profile) => profile.samples.length);
  private readonly transformed = new Cache<Profile>(8_000_000, (profile) => profile.samples.length);
  private readonly trees = new Cache<CallTree>(4_000_000, (tree) => tree.nodes.length);
  private readonly wholeWeights = new Cache<number>(10_000, () => 1);

  setProfile(source: Source, thread: ThreadKey, profile: Profile, options: SetProfileOptions = {}): void {
    this.held[source].set(thread, {
      thread,
      title: options.title ?? this.held[source].get(thread)?.title ?? thread,
      profile,
      builder: null,
      exclusive: options.exclusive ?? false,
      mapping: null,
      version: ++this.changes,
    });
  }

  /** What threads allocated in a range of time; nothing is left of an earlier range. */
  setInRange(profiles: readonly { thread: ThreadKey; profile: Profile }[]): void {
    const before = this.held['in-range'];
    this.held['in-range'] = new Map();
    for (const { thread, profile } of profiles) {
      const title = (this.held.allocations.get(thread) ?? before.get(thread))?.title;
      this.setProfile('in-range', thread, profile, title === undefined ? {} : { title });
    }
  }

  /**
   * Appends to a live CPU profile.
   * @throws ProfileFormatError when the delta does not continue what is here
   */
  applyDelta(thread: ThreadKey, delta: ProfileDelta): void {
    let held = this.held.cpu.get(thread);
    if (!held?.builder) {
      const builder = new ProfileBuilder('microseconds');
      held = {
        thread,
        title: held?.title ?? thread,
        profile: builder.profile,
        builder,
        exclusive: false,
        mapping: null,
        version: 0,
      };
      this.held.cpu.set(thread, held);
    }
    held.builder!.applyDelta(delta);
    held.version = ++this.changes;
  }

  /** For the titles of tracks. Threads that are not there are passed over. */
  setTitles(titles: Readonly<Record<ThreadKey, string>>): void {
    for (const source of ['cpu', 'allocations', 'in-range'] as const)
      for (const held of this.held[source].values()) held.title = titles[held.thread] ?? held.title;
  }

  removeAll(): void {
    this.held = nothingHeld();
    this.asked = [];
    this.mapped.clear();
    this.transformed.clear();
    this.trees.clear();
    this.wholeWeights.clear();
  }

  facts(source: Source): ProfileFacts[] {
    return [...this.held[source].values()].map(factsOf);
  }

  /** @throws AppError or ProfileFormatError */
  answer<Q extends QuestionName>(question: Q, input: Questions[Q]['input']): Questions[Q]['output'] {
    const answers: { [N in QuestionName]?: (input: Questions[N]['input']) => Questions[N]['output'] } = {
      tree: (asked) => this.tree(asked),
      chart: (asked) => this.chart(asked),
      sandwich: (asked) => this.sandwich(asked),
      activity: (asked) => this.activity(asked),
      lines: (asked) => this.lines(asked),
      details: (asked) => this.details(asked),
      export: (asked) => this.export(asked),
    };
    const answer = answers[question];
    if (!answer) throw new TypeError(`the explorer has no answer to "${question}"`);
    return answer(input);
  }

  private tree({ scope, withLayout }: Questions['tree']['input']): Questions['tree']['output'] {
    const chosen = this.chosen(scope);
    if (chosen.length === 0) return null;
    const tree = ownedTree(this.treeOf(chosen, scope));
    return {
      tree,
      layout: withLayout ? layoutFlame(tree) : null,
      runWeight: this.runWeight(chosen, scope),
      newestUs: newestOf(chosen),
    };
  }

  private chart({ scope }: Questions['chart']['input']): ChartLayout | null {
    const threads = this.chosen(scope)
      .filter(({ profile }) => isTimed(profile))
      .map((held) => ({ key: held.thread, title: held.title, profile: this.profileOf(held, scope) }));
    if (threads.length === 0) return null;
    // A collection interrupts a call; it does not end it.
    const options = { range: scope.range, includeIdle: scope.includeIdle, gcOnStack: true };
    const layout = layoutChart(threads, options);
    return { ...layout, frames: ownedFrames(layout.frames) };
  }

  private sandwich({ scope, functionKey }: Questions['sandwich']['input']): Questions['sandwich']['output'] {
    const chosen = this.chosen(scope);
    if (chosen.length === 0) return null;
    const { callers, callees } = sandwich(this.treeOf(chosen, scope), functionKey);
    return {
      callers: ownedTree(callers),
      callees: ownedTree(callees),
      runWeight: this.runWeight(chosen, scope),
    };
  }

  private activity({
    scope,
    functionKeys,
    parts,
  }: Questions['activity']['input']): Questions['activity']['output'] {
    const chosen = this.chosen(scope).filter(({ profile }) => isTimed(profile));
    const range = scope.range ?? wholeRange(chosen);
    const rows = functionKeys.map(() => new Float32Array(Math.max(1, Math.floor(parts))));
    for (const held of chosen)
      functionActivity(this.profileOf(held, scope), {
        parts,
        range,
        frameKeys: functionKeys,
        weights: scope.weights,
        includeIdle: scope.includeIdle,
        into: rows,
      });
    return { rows, ...range };
  }

  private lines({ scope, url }: Questions['lines']['input']): Questions['lines']['output'] {
    return addLineTotals(
      this.chosen(scope).map((held) =>
        lineTotals(this.profileOf(held, scope), this.partOf(held, scope), url),
      ),
    );
  }

  private details({ scope, functionKey }: Questions['details']['input']): Questions['details']['output'] {
    return functionDetails(
      this.chosen(scope).map((held) => ({
        profile: this.profileOf(held, scope),
        tree: this.partOf(held, scope),
      })),
      functionKey,
    );
  }

  private export({ scope, format, name }: Questions['export']['input']): Questions['export']['output'] {
    return exportProfile({
      format,
      name,
      profiles: this.chosen(scope).map((held) => ({
        name: held.title,
        profile: this.profileOf(held, scope),
      })),
      range: scope.range,
      weights: scope.weights,
      includeIdle: scope.includeIdle,
    });
  }

  /** Everything that a source map could know, of all profiles together, as `sources.resolve` takes it. */
  positions(): Pick<AskedPositions, 'urls' | 'positions'> {
    const all = Object.values(this.held).flatMap((threads) => [...threads.values()]);
    const { urls, positions, parts } = combinedPositions(
      all.map((held) => ({ of: held, asked: positionsOf(held.profile) })),
    );
    this.asked = parts;
    return { urls, positions };
  }

  /** The answer to the newest `positions`. Profiles that were replaced meanwhile stay as they ran. */
  setMapping(answer: ResolvedPositions): void {
    for (const part of this.asked) {
      const held = part.of;
      held.mapping = mappingOf(held.profile, part.asked, partOfAnswer(answer, part));
      held.version = ++this.changes;
    }
    this.asked = [];
  }

  /** The profiles that a scope is about: all of one unit, so that they can be added up. */
  private chosen(scope: Scope): Held[] {
    const all = [...this.held[scope.source].values()].filter(
      ({ thread }) => scope.threads === null || scope.threads.includes(thread),
    );
    const unit = commonUnit(
      all.map(({ profile }) => profile),
      preferredUnit[scope.source],
    );
    const alike = all.filter(({ profile }) => profile.unit === unit);
    const [first] = alike;
    return first?.exclusive ? [first] : alike.filter(({ exclusive }) => !exclusive);
  }

  private profileOf(held: Held, scope: Scope): Profile {
    const { mapping } = held;
    const version = String(held.version);
    const profile =
      scope.mapped && mapping
        ? this.mapped.get(`${scope.source}|${held.thread}`, version, () => mapProfile(held.profile, mapping))
        : held.profile;
    if (scope.transforms.length === 0) return profile;
    return this.transformed.get(baseKey(held, scope), version, () =>
      transformProfile(profile, scope.transforms),
    );
  }

  private treeOf(chosen: readonly Held[], scope: Scope): CallTree {
    const parts = chosen.map((held) => this.partOf(held, scope));
    if (parts.length === 1) return parts[0]!;
    const { source, range } = scope;
    const key = `merged|${source}|${chosen.map(({ thread }) => thread).join()}|${JSON.stringify([range, scope.transforms, scope.mapped])}|${weighing(scope)}`;
    return this.trees.get(key, versionsOf(chosen), () => mergeCallTrees(parts));
  }

  private partOf(held: Held, scope: Scope): CallTree {
    const range = scope.range && isTimed(held.profile) ? scope.range : null;
    const key = `${baseKey(held, scope)}|${range ? `${range.startUs}-${range.endUs}` : ''}|${weighing(scope)}`;
    return this.trees.get(key, String(held.version), () =>
      aggregate(this.profileOf(held, scope), {
        ...(range && { range }),
        includeIdle: scope.includeIdle,
        weights: scope.weights,
      }),
    );
  }

  private runWeight(chosen: readonly Held[], scope: Scope): number {
    if (scope.range === null) return this.treeOf(chosen, scope).totalWeight;
    let sum = 0;
    for (const held of chosen)
      sum += this.wholeWeights.get(
        `${baseKey(held, scope)}|${weighing(scope)}`,
        String(held.version),
        () => this.treeOf([held], { ...scope, range: null }).totalWeight,
      );
    return sum;
  }
}

function nothingHeld(): Record<Source, Map<ThreadKey, Held>> {
  return { cpu: new Map(), allocations: new Map(), 'in-range': new Map() };
}

function weighing({ weights, includeIdle }: Scope): string {
  return `${weights}${includeIdle ? '+idle' : ''}`;
}

/** What a profile is after mapping and transforms, as a cache's key. */
function baseKey({ thread }: Held, { source, transforms, mapped }: Scope): string {
  return `${source}|${thread}|${mapped}|${transforms.length > 0 ? JSON.stringify(transforms) : ''}`;
}

function versionsOf(chosen: readonly Held[]): string {
  return chosen.map(({ version }) => version).join();
}

function isTimed({ startUs, endUs }: Profile): boolean {
  return endUs > startUs;
}

/** From the first to the last instant of any of them. */
function wholeRange(chosen: readonly Held[]): TimeRange {
  let startUs = Infinity;
  let endUs = -Infinity;
  for (const { profile } of chosen) {
    startUs = Math.min(startUs, profile.startUs);
    endUs = Math.max(endUs, profile.endUs);
  }
  return startUs <= endUs ? { startUs, endUs } : { startUs: 0, endUs: 0 };
}

function newestOf(chosen: readonly Held[]): number {
  let newestUs = 0;
  for (const { profile } of chosen) newestUs = Math.max(newestUs, newestSampleUs(profile));
  return newestUs;
}

function newestSampleUs({ samples }: Profile): number {
  return samples.length === 0 ? 0 : samples.timeUs[samples.length - 1]!;
}

function factsOf({ thread, profile, exclusive }: Held): ProfileFacts {
  return {
    thread,
    unit: profile.unit,
    sampleCount: profile.samples.length,
    startUs: profile.startUs,
    endUs: profile.endUs,
    newestUs: newestSampleUs(profile),
    timed: isTimed(profile),
    exclusive,
  };
}
