/**
 * The script inside an exported report: draws lanes and flame graphs from the data in the document. It only ever writes
 * text nodes: names in the data come from the profiled program and are not to be trusted.
 */
import './report.css';
import type { Timeline } from '../../main/api';
import type { TimeRange } from '../../profiles/types';
import { expandProfile, type CompactProfile } from '../../profiles/compact';
import { formatTimeRange } from '../../profiles/format';
import { LanesView } from '../lanes/lanes-view';
import type { LanesData } from '../lanes/types';
import { FlameSection } from './flame-section';

interface ReportDetail {
  endUs: number;
  cwd: string;
  threads: Record<string, string>;
}

/** Our own document's data: written by `main/report`, so its shape is known. */
function data<T>(id: string): T {
  return JSON.parse(document.getElementById(id)?.textContent ?? 'null') as T;
}

function applyTheme(): void {
  const dark = matchMedia('(prefers-color-scheme: dark)').matches && !matchMedia('print').matches;
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
}

// Before the first paint: the script stands in the document's head.
applyTheme();
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', applyTheme);
matchMedia('print').addEventListener('change', applyTheme);
document.addEventListener('DOMContentLoaded', start);

function start(): void {
  const detail = data<ReportDetail>('report-detail');
  const timeline = data<Timeline>('report-timeline');
  const cpuProfiles = expandAll(data<[string, CompactProfile][]>('report-cpu'));
  const allocations = expandAll(data<[string, CompactProfile][]>('report-allocations'));

  const endUs = Math.max(detail.endUs, ...[...cpuProfiles.values()].map((profile) => profile.endUs));
  const lanesData: LanesData = { ...timeline, endUs, live: false, threads: null };
  const cpu = section('cpu-flame', 'functions');
  section('allocation-flame', 'allocating');

  const chip = document.createElement('button');
  chip.type = 'button';
  chip.className = 'sm-chip report-range';
  chip.hidden = true;
  document.querySelector('#timeline h2')?.append(chip);

  const host = document.getElementById('lanes-host');
  const lanes = host && new LanesView(host, setRange);
  function setRange(range: TimeRange | null): void {
    lanes?.update(lanesData, range, false);
    cpu?.setRange(range);
    chip.hidden = range === null;
    if (range) chip.textContent = `${formatTimeRange(range.startUs, range.endUs)} ✕`;
  }
  chip.addEventListener('click', () => setRange(null));
  lanes?.update(lanesData, null, false);

  for (const link of document.querySelectorAll<HTMLElement>('[data-range]'))
    link.addEventListener('click', () => {
      const [startUs = 0, end = 0] = (link.dataset['range'] ?? '').split(',').map(Number);
      setRange({ startUs, endUs: end });
    });
  for (const link of document.querySelectorAll<HTMLElement>('[data-function]'))
    link.addEventListener('click', () => cpu?.select(link.dataset['function'] ?? null));

  function section(hostId: string, tableId: string): FlameSection | null {
    const flameHost = document.getElementById(hostId);
    const profiles = hostId === 'cpu-flame' ? cpuProfiles : allocations;
    if (!flameHost || profiles.size === 0) return null;
    const table = document.querySelector<HTMLTableElement>(`table[data-functions="${tableId}"]`);
    return new FlameSection({ host: flameHost, table, profiles, titles: detail.threads, cwd: detail.cwd });
  }
}

function expandAll(profiles: [string, CompactProfile][]): Map<string, ReturnType<typeof expandProfile>> {
  return new Map(profiles.map(([key, compact]) => [key, expandProfile(compact)]));
}
