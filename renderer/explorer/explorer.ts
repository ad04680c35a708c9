/**
 * Holds the profiles of one recording and answers what the views ask of them. Synchronous and without a window: it runs
 * in the explorer's worker, and in tests.
 */
import { aggregate, commonUnit, mergeCallTrees, type CallTree } from '../../profiles/call-tree';
import { ProfileBuilder } from '../../profiles/builder';
import { layoutChart, type ChartLayout } from '../../profiles/flame-chart';
import { layoutFlame } from '../../profiles/flame-layout';
import { transformProfile } from '../../profiles/transforms';
import type { Profile, ProfileDelta, ProfileUnit } from '../../profiles/types';
import type { ThreadKey } from '../../main/api';
import { Cache } from './cache';
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
  /** Grows with each change of the profile. */
  version: number;
}

export interface SetProfileOptions {
  title?: string;
  exclusive?: boolean;
}

/** What each source is shown in where its threads differ. */
const preferredUnit: Record<Source, ProfileUnit> = { cpu: 'microseconds', allocations: 'bytes' };

export class Explorer {
  private held: Record<Source, Map<ThreadKey, Held>> = { cpu: new Map(), allocations: new Map() };
  /** Never reset, so that a profile that takes another's place is told apart from it. */
  private changes = 0;
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
      version: ++this.changes,
    });
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
        version: 0,
      };
      this.held.cpu.set(thread, held);
    }
    held.builder!.applyDelta(delta);
    held.version = ++this.changes;
  }

  /** For the titles of tracks. Threads that are not there are passed over. */
  setTitles(titles: Readonly<Record<ThreadKey, string>>): void {
    for (const source of ['cpu', 'allocations'] as const)
      for (const held of this.held[source].values()) held.title = titles[held.thread] ?? held.title;
  }

  removeAll(): void {
    this.held = { cpu: new Map(), allocations: new Map() };
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
    const layout = layoutChart(threads, { range: scope.range, includeIdle: scope.includeIdle });
    return { ...layout, frames: ownedFrames(layout.frames) };
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
    if (scope.transforms.length === 0) return held.profile;
    return this.transformed.get(baseKey(held, scope), String(held.version), () =>
      transformProfile(held.profile, scope.transforms),
    );
  }

  private treeOf(chosen: readonly Held[], scope: Scope): CallTree {
    const parts = chosen.map((held) => {
      const range = scope.range && isTimed(held.profile) ? scope.range : null;
      const key = `${baseKey(held, scope)}|${range ? `${range.startUs}-${range.endUs}` : ''}|${weighing(scope)}`;
      return this.trees.get(key, String(held.version), () =>
        aggregate(this.profileOf(held, scope), {
          ...(range && { range }),
          includeIdle: scope.includeIdle,
          weights: scope.weights,
        }),
      );
    });
    if (parts.length === 1) return parts[0]!;
    const { source, range } = scope;
    const key = `merged|${source}|${chosen.map(({ thread }) => thread).join()}|${JSON.stringify([range, scope.transforms, scope.mapped])}|${weighing(scope)}`;
    return this.trees.get(key, versionsOf(chosen), () => mergeCallTrees(parts));
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

function newestOf(chosen: readonly Held[]): number {
  let newestUs = 0;
  for (const { profile } of chosen) newestUs = Math.max(newestUs, newestSampleUs(profile));
  return newestUs;
}

function newestSampleUs({ samples }: Profile): number {
  return samples.length === 0 ? 0 : samples.timeUs[samples.length - 1]!;
}

function factsOf({ thread, profile }: Held): ProfileFacts {
  return {
    thread,
    unit: profile.unit,
    sampleCount: profile.samples.length,
    startUs: profile.startUs,
    endUs: profile.endUs,
    newestUs: newestSampleUs(profile),
    timed: isTimed(profile),
  };
}
