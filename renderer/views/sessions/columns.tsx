import type { ReactNode } from 'react';
import type { sortKeys, SessionMeta } from '../../../main/api';
import { formatBytes, formatDurationMs, formatPercent, formatRate, noValue } from '../../../profiles/format';
import { formatWhen } from '../../components/when';
import { StatusLabel } from './StatusLabel';

export interface Column {
  key: string;
  title: string;
  /** CSS grid track. */
  width: string;
  sort?: (typeof sortKeys)[number];
  number?: boolean;
  cell: (session: SessionMeta) => ReactNode;
  tooltip?: (session: SessionMeta) => string;
}

const or = (value: number | undefined, format: (value: number) => string): string =>
  value === undefined ? noValue : format(value);

/** The columns after the name. */
export const columns: Column[] = [
  {
    key: 'command',
    title: 'Command',
    width: 'minmax(90px, 1.4fr)',
    cell: (session) => <span className="mono muted">{session.commandLine || noValue}</span>,
    tooltip: (session) => session.commandLine,
  },
  {
    key: 'when',
    title: 'When',
    width: '122px',
    sort: 'createdAt',
    cell: (session) => formatWhen(session.createdAt),
    tooltip: (session) => new Date(session.createdAt).toLocaleString(),
  },
  {
    key: 'duration',
    title: 'Duration',
    width: '86px',
    sort: 'durationMs',
    number: true,
    cell: (session) => formatDurationMs(session.durationMs),
  },
  {
    key: 'status',
    title: 'Status',
    width: '82px',
    sort: 'status',
    cell: (session) => <StatusLabel status={session.status} />,
  },
  {
    key: 'cpu',
    title: 'CPU',
    width: '64px',
    sort: 'cpuMeanPercent',
    number: true,
    cell: (session) => or(session.summary.cpuMeanPercent, (percent) => formatPercent(percent / 100)),
  },
  {
    key: 'p99',
    title: 'P99',
    width: '76px',
    sort: 'latencyP99Ms',
    number: true,
    cell: (session) => or(session.summary.latencyP99Ms, formatDurationMs),
  },
  {
    key: 'rate',
    title: 'Requests',
    width: '84px',
    sort: 'requestRate',
    number: true,
    cell: (session) => or(session.summary.requestRate, formatRate),
  },
  {
    key: 'heap',
    title: 'Heap max',
    width: '84px',
    sort: 'heapMaxBytes',
    number: true,
    cell: (session) => or(session.summary.heapMaxBytes, formatBytes),
  },
  {
    key: 'tags',
    title: 'Tags',
    width: 'minmax(60px, 0.8fr)',
    cell: (session) =>
      session.tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      )),
    tooltip: (session) => session.tags.join(', '),
  },
];

export const gridTemplate = `32px minmax(140px, 1.6fr) ${columns.map((column) => column.width).join(' ')} 32px`;
