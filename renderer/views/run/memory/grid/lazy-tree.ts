/**
 * Rows that are fetched as they come into sight: a list of any length, in which rows open to further lists. Only the open
 * lists and the pages that were looked at are held; where the n-th visible row belongs is found by walking the open ones.
 */
import { toAppError, type AppError } from '../../../../../main/errors';

export interface PageOfRows<Row> {
  rows: Row[];
  total: number;
}

export interface RowSource<Row> {
  /** Rows below `parent`, or the outermost ones (null). */
  load(parent: Row | null, offset: number, limit: number): Promise<PageOfRows<Row>>;
  canOpen(row: Row): boolean;
}

/** What stands in one visible line. */
export interface VisibleRow<Row> {
  branch: Branch<Row>;
  /** Place in its list. */
  index: number;
  level: number;
  /** Null while it is being fetched, and where there is none. */
  row: Row | null;
  state: 'row' | 'loading' | 'failed' | 'nothing';
  isOpen: boolean;
}

/** One list: the outermost, or what lies below an open row. */
export interface Branch<Row> {
  readonly parent: Branch<Row> | null;
  readonly indexInParent: number;
  readonly row: Row | null;
  readonly level: number;
  total: number | null;
  readonly pages: Map<number, Row[]>;
  readonly wanted: Set<number>;
  error: AppError | null;
  /** By `indexInParent`, ascending. */
  open: Branch<Row>[];
  /** Visible lines, all open lists below included. */
  size: number;
}

export const rowsPerPage = 100;

export class LazyTree<Row> {
  readonly root: Branch<Row>;
  version = 0;
  private readonly source: RowSource<Row>;
  private readonly listeners = new Set<() => void>();

  constructor(source: RowSource<Row>) {
    this.source = source;
    this.root = branchOf<Row>(null, 0, null);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };
  readonly getVersion = (): number => this.version;

  /** Visible lines. */
  get length(): number {
    return this.root.size;
  }

  /** Rows of the outermost list; null until the first page is there. */
  get total(): number | null {
    return this.root.total;
  }

  /** Fetches the first page; resolves when it is there or has failed. */
  start(): Promise<void> {
    return this.fetch(this.root, 0);
  }

  /** What stands in line `line`; null beyond the end. */
  at(line: number): VisibleRow<Row> | null {
    if (line < 0 || line >= this.root.size) return null;
    let branch = this.root;
    let rest = line;
    descend: for (;;) {
      let before = 0;
      for (const child of branch.open) {
        const own = child.indexInParent + before;
        if (rest <= own) break;
        if (rest <= own + child.size) {
          rest -= own + 1;
          branch = child;
          continue descend;
        }
        before += child.size;
      }
      return this.lineOf(branch, rest - before);
    }
  }

  /** Line of a row; -1 when a list above it is closed. */
  lineIn(branch: Branch<Row>, index: number): number {
    let line = index;
    for (const child of branch.open) if (child.indexInParent < index) line += child.size;
    if (branch.parent === null) return line;
    if (!branch.parent.open.includes(branch)) return -1;
    const above = this.lineIn(branch.parent, branch.indexInParent);
    return above < 0 ? -1 : above + 1 + line;
  }

  /** Fetches what is missing of the lines from `from` to `to`, both included. */
  need(from: number, to: number): void {
    for (let line = Math.max(0, from); line <= to; line++) {
      const found = this.at(line);
      if (!found) return;
      if (found.state === 'loading') void this.fetch(found.branch, Math.floor(found.index / rowsPerPage));
    }
  }

  /** Opens or closes the list below a row. */
  toggle({ branch, index }: Pick<VisibleRow<Row>, 'branch' | 'index'>): void {
    const row = rowIn(branch, index);
    if (row === null) return;
    const opened = branch.open.findIndex((each) => each.indexInParent === index);
    if (opened >= 0) {
      branch.open.splice(opened, 1);
    } else {
      if (!this.source.canOpen(row)) return;
      const child = branchOf<Row>(branch, index, row);
      branch.open.push(child);
      branch.open.sort((a, b) => a.indexInParent - b.indexInParent);
      void this.fetch(child, 0);
    }
    this.resize(branch);
    this.tell();
  }

  isOpen({ branch, index }: Pick<VisibleRow<Row>, 'branch' | 'index'>): boolean {
    return branch.open.some((each) => each.indexInParent === index);
  }

  /** Asks again for a list that could not be fetched. */
  retry(branch: Branch<Row>): void {
    branch.error = null;
    branch.wanted.clear();
    this.resize(branch);
    void this.fetch(branch, 0);
    this.tell();
  }

  canOpen(row: Row): boolean {
    return this.source.canOpen(row);
  }

  /** Place in the outermost list of the first row that fits, fetching page after page; -1 when there is none. */
  async find(fits: (row: Row) => boolean): Promise<number> {
    for (let page = 0; ; page++) {
      await this.fetch(this.root, page);
      const rows = this.root.pages.get(page);
      if (!rows || this.root.error) return -1;
      const at = rows.findIndex(fits);
      if (at >= 0) return page * rowsPerPage + at;
      if ((page + 1) * rowsPerPage >= (this.root.total ?? 0)) return -1;
    }
  }

  private lineOf(branch: Branch<Row>, index: number): VisibleRow<Row> {
    const row = branch.error ? null : rowIn(branch, index);
    const state = branch.error ? 'failed' : row !== null ? 'row' : branch.total === 0 ? 'nothing' : 'loading';
    return {
      branch,
      index,
      level: branch.level,
      row,
      state,
      isOpen: row !== null && branch.open.some((each) => each.indexInParent === index),
    };
  }

  private async fetch(branch: Branch<Row>, page: number): Promise<void> {
    if (branch.wanted.has(page) || branch.error) return;
    branch.wanted.add(page);
    try {
      const { rows, total } = await this.source.load(branch.row, page * rowsPerPage, rowsPerPage);
      branch.pages.set(page, rows);
      branch.total = total;
    } catch (thrown) {
      branch.error = toAppError(thrown);
    }
    this.resize(branch);
    this.tell();
  }

  private resize(branch: Branch<Row>): void {
    for (let at: Branch<Row> | null = branch; at; at = at.parent) {
      const own = at.error || at.total === null ? 1 : at.total === 0 ? (at.level === 0 ? 0 : 1) : at.total;
      at.size = at.error ? own : at.open.reduce((sum, child) => sum + child.size, own);
    }
  }

  private tell(): void {
    this.version++;
    for (const listener of [...this.listeners]) listener();
  }
}

function rowIn<Row>(branch: Branch<Row>, index: number): Row | null {
  return branch.pages.get(Math.floor(index / rowsPerPage))?.[index % rowsPerPage] ?? null;
}

function branchOf<Row>(parent: Branch<Row> | null, indexInParent: number, row: Row | null): Branch<Row> {
  return {
    parent,
    indexInParent,
    row,
    level: parent ? parent.level + 1 : 0,
    total: null,
    pages: new Map(),
    wanted: new Set(),
    error: null,
    open: [],
    size: 1,
  };
}
