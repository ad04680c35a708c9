/**
 * How much load there was when: what users or arrivals alone change must not be taken for a fault's. Users as they were
 * measured (of a search for the knee nobody knows them before); arrivals as they were planned, which they keep to.
 */
import type { Point, Scenario } from '../../api';

/** Times are µs since the run's start. */
export interface LoadAmount {
  unit: 'users' | 'arrivals a second';
  /** The least and the most in a stretch of time; null when nothing is known of it. */
  between: (fromUs: number, toUs: number) => { least: number; most: number } | null;
}

/** Keeps the users of a load as its points tell them: only where they change. */
export class UsersLog {
  private readonly tUs: number[] = [];
  private readonly users: number[] = [];

  see(points: readonly Point[]): void {
    for (const { metric, tUs, value } of points) {
      if (metric !== 'loadUsers' || value === this.users.at(-1)) continue;
      this.tUs.push(tUs);
      this.users.push(value);
    }
  }

  amount(): LoadAmount {
    const { tUs, users } = this;
    return {
      unit: 'users',
      between: (fromUs, toUs) => {
        let least = Infinity;
        let most = -Infinity;
        for (let i = 0; i < tUs.length && tUs[i]! <= toUs; i++) {
          // What was told last before the stretch holds when it begins.
          if (i + 1 < tUs.length && tUs[i + 1]! <= fromUs) continue;
          least = Math.min(least, users[i]!);
          most = Math.max(most, users[i]!);
        }
        return most < least ? null : { least, most };
      },
    };
  }
}

/** @param startedUs when the load began */
export function amountOf(scenario: Scenario, startedUs: number, users: UsersLog): LoadAmount {
  const { load } = scenario;
  return load.model === 'open' ? arrivals(load.stages, startedUs) : users.amount();
}

type OpenStage = Extract<Scenario['load'], { model: 'open' }>['stages'][number];

function arrivals(stages: readonly OpenStage[], startedUs: number): LoadAmount {
  return {
    unit: 'arrivals a second',
    between: (fromUs, toUs) => {
      let least = Infinity;
      let most = -Infinity;
      let beginUs = startedUs;
      let before = 0;
      for (const { durationMs, rate, ramp } of stages) {
        const lengthUs = durationMs * 1000;
        const first = ramp === 'linear' ? before : rate;
        const share = (tUs: number): number => Math.min(1, Math.max(0, (tUs - beginUs) / lengthUs));
        const [from, to] = [share(fromUs), share(toUs)];
        if (to > from)
          for (const part of [from, to]) {
            const value = first + (rate - first) * part;
            least = Math.min(least, value);
            most = Math.max(most, value);
          }
        beginUs += lengthUs;
        before = rate;
      }
      return most < least ? null : { least, most };
    },
  };
}
