import type { LoadPreset, PresetName } from '../api';

const minuteMs = 60_000;

/** The kinds of load. Users are concurrent connections that send their next request as soon as they have an answer. */
export const presets: LoadPreset[] = [
  preset('smoke', 5, 2, 'A few users: does it work at all, and where does the time go?'),
  preset('light', 20, 5, 'A quiet day.'),
  preset('medium', 50, 10, 'A normal day.'),
  preset('heavy', 100, 15, 'The busiest hour.'),
  preset('stress', 200, 10, 'More than it is built for: what gives way first?'),
  preset('spike', 150, 5, 'A crowd that arrives at once.'),
  preset('volume', 50, 4 * 60, 'A normal day for hours: does memory grow, does it get slower?'),
  preset('knee', 500, 5, 'More and more users, step by step, until it breaks: how much can it take?'),
];

function preset(name: PresetName, users: number, minutes: number, description: string): LoadPreset {
  return { name, users, durationMs: minutes * minuteMs, description };
}

export function presetOf(name: PresetName): LoadPreset {
  const found = presets.find((each) => each.name === name);
  if (!found) throw new Error(`no load preset ${name}`);
  return found;
}
