/** A flame graph of the report with its small toolbar, and the table below it that follows the selected range. */
import { aggregate, mergeCallTrees, type CallTree } from '../../profiles/call-tree';
import { formatPercent, formatValue } from '../../profiles/format';
import { frameKey, functionTable } from '../../profiles/functions';
import { formatLocation } from '../../profiles/location';
import type { Profile, TimeRange } from '../../profiles/types';
import { FlameCanvas, type FlameState } from '../flame/flame-canvas';
import { foundText } from '../flame/flame-search';

export interface FlameSectionOptions {
  host: HTMLElement;
  /** The static table; its rows are replaced when another part of the profile is shown. */
  table: HTMLTableElement | null;
  profiles: ReadonlyMap<string, Profile>;
  titles: Record<string, string>;
  cwd: string;
}

const rowsShown = 30;

export class FlameSection {
  private readonly options: FlameSectionOptions;
  private readonly canvas: FlameCanvas;
  private readonly found = element('span', 'sm-flame-found');
  private readonly everything = element('button', 'sm-chip', 'Show everything');
  private range: TimeRange | null = null;
  private thread = '';
  private search = '';
  private selectedKey: string | null = null;
  private growUp = false;
  private tree: CallTree;
  private version = 0;

  constructor(options: FlameSectionOptions) {
    this.options = options;
    this.tree = this.aggregated();
    const host = element('div', 'sm-flame-host');
    options.host.append(this.toolbar(), host);
    this.canvas = new FlameCanvas(host, {
      onSelect: (key) => this.select(key),
      onState: (state) => this.show(state),
    });
    this.draw();
    options.table?.addEventListener('click', (event) => {
      const row = event.target instanceof Element ? event.target.closest<HTMLElement>('tr[data-key]') : null;
      if (row) this.select(row.dataset['key'] ?? null);
    });
  }

  setRange(range: TimeRange | null): void {
    this.range = range;
    this.refresh();
  }

  select(key: string | null): void {
    this.selectedKey = key;
    for (const row of this.options.table?.tBodies[0]?.rows ?? [])
      row.setAttribute('aria-selected', String(row.dataset['key'] === key));
    this.draw();
  }

  private aggregated(): CallTree {
    const { profiles } = this.options;
    const wanted = [...profiles].filter(([key]) => this.thread === '' || key === this.thread);
    const options = this.range ? { range: this.range } : {};
    return mergeCallTrees(
      wanted.map(([, profile]) => aggregate(profile, profile.unit === 'bytes' ? {} : options)),
    );
  }

  private refresh(): void {
    this.tree = this.aggregated();
    this.version++;
    this.fillTable();
    this.draw();
  }

  private draw(): void {
    const { tree, version, search, selectedKey } = this;
    this.canvas.update({ tree, version, live: false, search, selectedKey });
  }

  private show({ following, found }: FlameState): void {
    this.everything.hidden = following;
    this.found.textContent = found ? foundText(found, this.tree.unit) : '';
  }

  private toolbar(): HTMLElement {
    const bar = element('div', 'sm-flame-toolbar');
    const { profiles, titles } = this.options;
    if (profiles.size > 1) {
      const picker = document.createElement('select');
      picker.setAttribute('aria-label', 'Thread');
      picker.append(new Option('All threads', ''));
      for (const key of profiles.keys()) picker.append(new Option(titles[key] ?? key, key));
      picker.addEventListener('change', () => {
        this.thread = picker.value;
        this.refresh();
      });
      bar.append(picker);
    }
    const search = document.createElement('input');
    search.type = 'search';
    search.placeholder = 'Search functions and files';
    search.setAttribute('aria-label', 'Search functions and files');
    search.addEventListener('input', () => {
      this.search = search.value;
      this.draw();
    });
    const flip = element('button', 'sm-chip', 'Flip');
    flip.title = 'Root at the top or at the bottom';
    flip.addEventListener('click', () => {
      this.growUp = !this.growUp;
      this.canvas.setGrowUp(this.growUp);
    });
    this.everything.hidden = true;
    this.everything.addEventListener('click', () => this.canvas.resetZoom());
    bar.append(search, this.found, element('span', 'sm-spacer'), this.everything, flip);
    return bar;
  }

  private fillTable(): void {
    const body = this.options.table?.tBodies[0];
    if (!body) return;
    const { tree } = this;
    body.replaceChildren(
      ...functionTable(tree)
        .slice(0, rowsShown)
        .map((row) => {
          const line = document.createElement('tr');
          line.dataset['key'] = frameKey(tree.frames, row.frame);
          line.setAttribute('aria-selected', String(line.dataset['key'] === this.selectedKey));
          const name = element('td', 'code');
          name.append(element('span', `swatch category-${row.category}`), row.name);
          line.append(
            element('td', 'number', formatValue(row.self, tree.unit)),
            element('td', 'number', formatPercent(row.selfShare)),
            element('td', 'number', formatValue(row.total, tree.unit)),
            element('td', 'number', formatPercent(row.totalShare)),
            name,
            element('td', 'code quiet', formatLocation(row.url, row.line, this.options.cwd)),
          );
          return line;
        }),
    );
  }
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  if (made instanceof HTMLButtonElement) made.type = 'button';
  return made;
}
