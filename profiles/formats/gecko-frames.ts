/** The functions of a Firefox profile as frames. */
import type { ProfileBuilder } from '../builder';
import { none } from './gecko-tables';
import type { GeckoLib, GeckoTables } from './gecko-tables';
import type { JsonReader } from './json-reader';
import { splitName } from './v8-log-names';

export interface GeckoContext {
  /** Of the thread, or those that all threads share; table by table. */
  tables: GeckoTables;
  libs: readonly GeckoLib[];
  reader: JsonReader;
  /** For messages: `threads[3]`. */
  place: string;
}

/** Frame index of the file → frame of the builder. */
export function frameMapper(context: GeckoContext, builder: ProfileBuilder): (frame: number) => number {
  const { tables, reader, place } = context;
  const raw = tables.frame.func.length === 0;
  const count = Math.max(tables.frame.func.length, tables.frame.location.length);
  const mapped = new Int32Array(count).fill(-1);
  const libAt = libFinder(context.libs);
  return (frame) => {
    if (!(frame >= 0 && frame < count))
      throw reader.malformed(`there is no frame ${frame}`, `${place}.stackTable`);
    if (mapped[frame] === -1)
      mapped[frame] = raw ? addRaw(context, builder, frame, libAt) : addProcessed(context, builder, frame);
    return mapped[frame]!;
  };
}

function textOf({ tables, reader, place }: GeckoContext, index: number, column: string): string {
  const text = tables.strings?.[index];
  if (text === undefined) throw reader.malformed(`there is no string ${index}`, `${place}.${column}`);
  return text;
}

function addProcessed(context: GeckoContext, builder: ProfileBuilder, frame: number): number {
  const { tables, reader, place, libs } = context;
  const { func, resource, sources } = tables;
  const index = tables.frame.func.values[frame]!;
  if (!(index >= 0 && index < func.name.length))
    throw reader.malformed(`there is no function ${index}`, `${place}.frameTable.func[${frame}]`);
  const name = textOf(context, func.name.values[index]!, `funcTable.name[${index}]`);
  let file = at(func.fileName, index);
  const source = at(func.source, index);
  if (file === none && source !== none) file = at(sources.filename, source);
  const url = file === none ? '' : textOf(context, file, `funcTable.fileName[${index}]`);
  const line = Math.max(0, at(func.lineNumber, index));
  const column = Math.max(0, at(func.columnNumber, index));
  if (at(func.isJS, index) === 1 && url !== '') return addJs(builder, name, url, line, column);
  const jit = jitName(name, at(func.isJS, index) === 1);
  if (jit)
    return jit.tier === 'js'
      ? addJs(builder, jit.functionName, jit.url, jit.line, jit.column)
      : builder.addFrame(jit.functionName, '', 0, 0);
  const from = at(func.resource, index);
  if (from === none) return builder.addFrame(name, '', 0, 0);
  const resourceName = at(resource.name, from);
  const lib = at(resource.lib, from);
  const libName =
    lib !== none && libs[lib]
      ? libs[lib].name
      : resourceName === none
        ? ''
        : textOf(context, resourceName, `resourceTable.name[${from}]`);
  return builder.addFrame(name, libName, 0, 0);
}

function at(column: { values: Int32Array; length: number }, index: number): number {
  return index >= 0 && index < column.length ? column.values[index]! : none;
}

/** What JIT compilers tell perf and samply of their code: `JS:*fibonacci /app/a.js:3:19`, `Builtin:ArrayMap`. */
function jitName(name: string, isJs: boolean) {
  const marked =
    /^(JS|LazyCompile|Function|Script|Eval|Builtin|BytecodeHandler|RegExp|Stub|Handler):[~*^+]?/.exec(name);
  if (!marked && !isJs) return null;
  const rest = marked ? name.slice(marked[0].length) : name;
  const js = !marked || /^(?:JS|LazyCompile|Function|Script|Eval)$/.test(marked[1]!);
  return {
    tier: js ? 'js' : 'other',
    ...(js ? splitName(rest) : { functionName: rest, url: '', line: 0, column: 0 }),
  };
}

/** `self-hosted` is JavaScript that is built into the engine. */
function addJs(builder: ProfileBuilder, name: string, url: string, line: number, column: number): number {
  return url === 'self-hosted' ? builder.addFrame(name, '', 0, 0) : builder.addFrame(name, url, line, column);
}

/** `burn (file:///page.html:7:16)[8]`, `file:///page.html:5:1`, `0x7fe9affb8f60`, or the label of C++ code. */
function addRaw(
  context: GeckoContext,
  builder: ProfileBuilder,
  frame: number,
  libAt: (address: number) => GeckoLib | null,
): number {
  const location = textOf(
    context,
    context.tables.frame.location.values[frame]!,
    `frameTable.location[${frame}]`,
  );
  if (/^0x[0-9a-f]{1,16}$/i.test(location)) {
    const address = Number(location);
    const lib = libAt(address);
    return lib
      ? builder.addFrame(`0x${(address - lib.start).toString(16)}`, lib.name, 0, 0)
      : builder.addFrame(location, '', 0, 0);
  }
  // Newer versions add the number of the source in brackets.
  const text = location.replace(/\[\d{1,9}\]$/, '');
  const place = /:(\d{1,9})(?::(\d{1,9}))?(\)?)$/.exec(text.slice(-24));
  if (!place) return builder.addFrame(nativeName(text), nativeLib(text), 0, 0);
  const rest = text.slice(0, text.length - place[0].length);
  const line = Number(place[1]);
  const column = Number(place[2] ?? 0);
  if (place[3] === ')') {
    const open = rest.indexOf(' (');
    if (open !== -1) return addJs(builder, rest.slice(0, open), rest.slice(open + 2), line, column);
  } else if (!rest.includes(' ')) return addJs(builder, '', rest, line, column);
  return builder.addFrame(text, '', 0, 0);
}

/** Native code with symbols is `memcpy (in libc.so.6)`. */
function nativeName(text: string): string {
  const at = text.endsWith(')') ? text.lastIndexOf(' (in ') : -1;
  return at === -1 ? text : text.slice(0, at);
}
function nativeLib(text: string): string {
  const at = text.endsWith(')') ? text.lastIndexOf(' (in ') : -1;
  return at === -1 ? '' : text.slice(at + ' (in '.length, -1);
}

/** The library that an address lies in, by halving. */
function libFinder(libs: readonly GeckoLib[]): (address: number) => GeckoLib | null {
  const sorted = libs.filter(({ start, end }) => end > start).sort((a, b) => a.start - b.start);
  return (address) => {
    let low = 0;
    let high = sorted.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]!.start <= address) low = middle + 1;
      else high = middle;
    }
    const lib = sorted[low - 1];
    return lib && address < lib.end ? lib : null;
  };
}
