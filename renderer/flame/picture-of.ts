import { layoutFlame } from '../../profiles/flame-layout';
import { ChartPicture } from './chart-picture';
import { LeftHeavyPicture } from './left-heavy-picture';
import type { Picture } from './picture';
import type { FlameSubject } from './types';

/** The picture of a subject; null while there is nothing to show. A live tree keeps the order that the previous picture had. */
export function pictureOf(subject: FlameSubject, previous: Picture | null): Picture | null {
  const { tree, layout, chart, live, skipRoot, runWeight } = subject;
  if (chart !== undefined) return chart && new ChartPicture(chart, { runWeight });
  if (!tree) return null;
  const before = live && previous instanceof LeftHeavyPicture ? previous.layout : null;
  const laidOut = layout ?? layoutFlame(tree, { previous: before });
  return new LeftHeavyPicture(laidOut, { skipRoot, runWeight });
}
