/** Frames that stand for many functions: a package, a file, everything too small to be told apart. */
import { categoryIndex } from './categories';
import { withRoom } from './columns';
import { findFrame } from './frame-key';
import type { Category, FrameTable } from './types';

/** What a frame that stands for many is called and counted as. */
export interface GroupFrame {
  name: string;
  url: string;
  category: Category;
  packageName: string;
}

/** Frames that stand for many functions, behind those of a table. The table itself stays as it is. */
export class GroupFrames {
  frames: FrameTable;
  private copied = false;

  constructor(frames: FrameTable) {
    this.frames = frames;
  }

  /** The index of the frame; a group that is there already (from an earlier transform) is used again. */
  add(group: GroupFrame): number {
    const known = findFrame(this.frames, `${group.name}\n${group.url}\n0\n0`);
    if (known !== -1) return known;
    this.copy();
    const { frames } = this;
    const id = frames.length++;
    frames.line = withRoom(frames.line, id + 1);
    frames.column = withRoom(frames.column, id + 1);
    frames.category = withRoom(frames.category, id + 1);
    frames.name.push(group.name);
    frames.url.push(group.url);
    frames.packageName.push(group.packageName);
    frames.line[id] = 0;
    frames.column[id] = 0;
    frames.category[id] = categoryIndex(group.category);
    return id;
  }

  private copy(): void {
    if (this.copied) return;
    this.copied = true;
    const { length, name, url, packageName, line, column, category } = this.frames;
    this.frames = {
      length,
      name: name.slice(0, length),
      url: url.slice(0, length),
      packageName: packageName.slice(0, length),
      line: line.slice(0, length),
      column: column.slice(0, length),
      category: category.slice(0, length),
    };
  }
}
