import { Button, SegmentedControl } from '@mantine/core';
import { useVirtualizer } from '@tanstack/react-virtual';
import { IconArrowDown } from '@tabler/icons-react';
import { useEffect, useMemo, useRef, useState } from 'react';
import type { OutputLine } from '../../../main/api';
import { formatNumber, formatTime } from '../../../profiles/format';
import { parseAnsi, stripAnsi } from '../../components/ansi';
import { EmptyView } from '../../components/EmptyView';
import { useRoute } from '../../state/selection';
import type { ViewedRun } from './viewed-run';

type Stream = 'all' | 'out' | 'err';
const rowHeight = 20;

/** What the target printed; obeys range and search, and follows the end while it grows. */
export function OutputTab({ run }: { run: ViewedRun }) {
  const { model, selection, version } = run;
  const select = useRoute((state) => state.select);
  const [stream, setStream] = useState<Stream>('all');
  const [follow, setFollow] = useState(model.live);
  const scroll = useRef<HTMLDivElement>(null);
  const { range, search } = selection;
  const lines = useMemo(
    () => filterLines(model.output, { stream, range, search }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- output grows in place; `version` says when
    [model, version, stream, range, search],
  );

  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => rowHeight,
    overscan: 20,
  });
  useEffect(() => {
    if (follow && lines.length > 0) rows.scrollToIndex(lines.length - 1, { align: 'end' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the virtualizer is the same object all along
  }, [follow, lines.length]);

  if (model.output.length === 0)
    return (
      <EmptyView title="No output">
        {model.live ? 'What the target prints appears here.' : 'The target printed nothing.'}
      </EmptyView>
    );
  return (
    <div className="output">
      <div className="tab-note">
        <span>
          {formatNumber(lines.length)} {lines.length === 1 ? 'line' : 'lines'}
          {lines.length !== model.output.length && ` of ${formatNumber(model.output.length)}`}
        </span>
        <SegmentedControl
          aria-label="Stream"
          size="xs"
          value={stream}
          onChange={(value) => setStream(value)}
          data={[
            { value: 'all', label: 'Both' },
            { value: 'out', label: 'stdout' },
            { value: 'err', label: 'stderr' },
          ]}
        />
        {!follow && model.live && (
          <Button
            size="compact-xs"
            variant="default"
            leftSection={<IconArrowDown size={13} />}
            onClick={() => setFollow(true)}
          >
            Follow
          </Button>
        )}
      </div>
      {lines.length === 0 && (
        <EmptyView
          title="No line matches"
          action={
            <Button
              variant="default"
              onClick={() => {
                setStream('all');
                select({ search: '', range: null });
              }}
            >
              Show all lines
            </Button>
          }
        />
      )}
      <div
        ref={scroll}
        className="output-scroll"
        role="log"
        aria-label="Output"
        aria-live="off"
        tabIndex={0}
        onWheel={(event) => event.deltaY < 0 && setFollow(false)}
        onScroll={(event) => {
          const { scrollTop, scrollHeight, clientHeight } = event.currentTarget;
          if (model.live && scrollTop + clientHeight >= scrollHeight - rowHeight) setFollow(true);
        }}
      >
        <div className="output-lines" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((item) => {
            const line = lines[item.index];
            return (
              line && (
                <div
                  key={item.key}
                  className={line.stream === 'err' ? 'output-line output-err' : 'output-line'}
                  style={{ transform: `translateY(${item.start}px)` }}
                >
                  <span className="output-time">{formatTime(line.tUs, 10_000)}</span>
                  <span className="output-text">
                    <AnsiText line={line.text} />
                  </span>
                </div>
              )
            );
          })}
        </div>
      </div>
    </div>
  );
}

function AnsiText({ line }: { line: string }) {
  if (!line.includes('\u001b')) return line;
  return parseAnsi(line).map((piece, index) => (
    <span
      key={index}
      className={[
        piece.color !== undefined && `ansi-${piece.color}`,
        piece.bold && 'ansi-bold',
        piece.dim && 'ansi-dim',
      ]
        .filter(Boolean)
        .join(' ')}
    >
      {piece.text}
    </span>
  ));
}

function filterLines(
  output: readonly OutputLine[],
  by: { stream: Stream; range: { startUs: number; endUs: number } | null; search: string },
): OutputLine[] {
  const needle = by.search.trim().toLowerCase();
  return output.filter(
    (line) =>
      (by.stream === 'all' || line.stream === by.stream) &&
      (!by.range || (line.tUs >= by.range.startUs && line.tUs < by.range.endUs)) &&
      (!needle || stripAnsi(line.text).toLowerCase().includes(needle)),
  );
}
