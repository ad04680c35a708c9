/** `shared.frames` of a speedscope file as columns. */
import type { ProfileBuilder } from '../builder';
import { Int32Column } from '../columns';
import type { JsonReader } from './json-reader';

export class SpeedscopeFrames {
  private readonly name: string[] = [];
  private readonly file: string[] = [];
  private readonly line = new Int32Column();
  private readonly column = new Int32Column();

  get length(): number {
    return this.name.length;
  }

  /** Reads the array of frames. Only the name is required; what else has another type than it should is taken as unknown. */
  read(reader: JsonReader): void {
    reader.enterArray();
    while (reader.nextItem()) {
      let name: string | null = null;
      let file = '';
      let line = 0;
      let column = 0;
      reader.enterObject();
      for (let key = reader.nextKey(); key !== null; key = reader.nextKey()) {
        if (key === 'name') name = reader.name();
        else if (key === 'file' && reader.peek() === 'string') file = reader.name();
        else if (key === 'line') line = position(reader);
        else if (key === 'col') column = position(reader);
        else reader.skip();
      }
      if (name === null) throw reader.malformed('expected a frame with a "name"');
      this.name.push(name);
      this.file.push(file);
      this.line.push(line);
      this.column.push(column);
    }
  }

  /** The frame's index in the builder. */
  addTo(builder: ProfileBuilder, index: number): number {
    return builder.addFrame(
      this.name[index]!,
      this.file[index]!,
      this.line.values[index]!,
      this.column.values[index]!,
    );
  }
}

/** A 1-based line or column; 0 when there is none. */
function position(reader: JsonReader): number {
  if (reader.peek() !== 'number') {
    reader.skip();
    return 0;
  }
  const value = reader.number();
  return Number.isInteger(value) && value > 0 && value < 0x7fffffff ? value : 0;
}
