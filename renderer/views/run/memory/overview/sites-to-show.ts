import { categorise } from '../../../../../profiles/categories';
import type { LeakVerdict } from '../../../../../profiles/leaks/types';

type Site = LeakVerdict['sites'][number];

const rank = (site: Site): number => {
  const { category } = categorise(site.name, site.url);
  return category === 'app' ? 0 : category === 'dependency' ? 1 : 2;
};

/**
 * Allocation sites in the order in which they are worth a look. Of a leak: as they were ranked by the judgement. Else the
 * program's own code first, then its dependencies, and Node's own only when there is nothing else, since what Node needs to
 * start always lives.
 */
export function sitesToShow(sites: readonly Site[], isLeaking: boolean): Site[] {
  if (isLeaking) return [...sites];
  const own = sites.filter((site) => rank(site) < 2);
  // Sorting is stable: within a kind the order stays.
  return own.length > 0 ? own.sort((a, b) => rank(a) - rank(b)) : [...sites];
}
