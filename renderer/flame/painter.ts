/**
 * Draws a picture. Every row becomes one line of pixels; the lines are stretched to the rows' height in one go, so that a
 * frame costs as much as there are pixels in a line, times the rows in sight, however many boxes there are. Only text is
 * drawn box by box, for boxes wide enough to hold some.
 */
import { PixelRow } from './raster';
import { rowHeightAt, visibleRows, type BoxOnCanvas, type Scene } from './scene';
import type { FlameStyle } from './style';
import { sameViewport } from './viewport';
import { TextFitter } from './text-fit';

const textPaddingPx = 5;
const fontSizePx = 11;
/** Narrower boxes get no text. */
const textFromPx = 28;
/** Boxes from this width on have a gap of a pixel to their right neighbour: never at the price of the box itself. */
const gapFromPx = 4;
/** The thinnest trace of something in a pixel shows at least this much, of 255. */
const faintest = 70;

/** Coverage, 0..255 → how much of a box's colour is seen, of 256. */
const partOf = Int32Array.from({ length: 256 }, (_, cover) =>
  cover === 255 ? 256 : faintest + (((255 - faintest) * cover) >> 8),
);

/** Texts of one frame while the picture moves: the browser needs some µs for each. */
const mostTextsMoving = 600;

/** Selected boxes of one canvas that are outlined; more would be a colour, not an outline. */
const mostOutlined = 400;

/** One row while it is painted. */
interface Line {
  row: number;
  /** Its line in the image. */
  line: number;
  /** Its upper edge on the canvas and its height, device px. */
  top: number;
  rowPx: number;
  pixels: Uint32Array;
  selectedFrame: number;
}

export class FramePainter {
  /** Boxes of the selected function, as drawn last. */
  readonly outlined: BoxOnCanvas[] = [];
  private readonly context: CanvasRenderingContext2D;
  private readonly lines: HTMLCanvasElement;
  private readonly linesContext: CanvasRenderingContext2D;
  private readonly monospace: string;
  private fitter: TextFitter | null = null;
  private fitterRatio = 0;
  private pixelRow = new PixelRow(1);
  private image: ImageData | null = null;
  /** Line after line: what each pixel shows. */
  private shown = new Int32Array(0);
  private painted: Scene | null = null;
  private firstRow = 0;
  private lastRow = -1;
  private readonly texts = {
    count: 0,
    position: new Int32Array(256),
    x: new Int32Array(256),
    width: new Int32Array(256),
    y: new Int32Array(256),
  };

  constructor(context: CanvasRenderingContext2D, monospace: string) {
    this.context = context;
    this.monospace = monospace;
    this.lines = document.createElement('canvas');
    const linesContext = this.lines.getContext('2d');
    if (!linesContext) throw new Error('This browser has no 2D canvas.');
    this.linesContext = linesContext;
  }

  /** The box that the last paint put at `x` (CSS px) in a row; -1 for none, or when another scene was painted last. */
  boxDrawnAt(scene: Scene, x: number, row: number): number {
    const painted = this.painted;
    const same =
      painted?.picture === scene.picture &&
      sameViewport(painted.view, scene.view) &&
      painted.width === scene.width;
    if (!same || row < this.firstRow || row > this.lastRow) return -1;
    const pixel = Math.floor(x * scene.ratio);
    const { pixels } = this.pixelRow;
    return pixel >= 0 && pixel < pixels ? (this.shown[(row - this.firstRow) * pixels + pixel] ?? -1) : -1;
  }

  /**
   * Paints everything; the context's transform must be the identity. `selectedFrame` -1: none. With `fewTexts` (while the
   * picture moves) only the widest boxes get their text. True when some were left out.
   */
  paint(
    scene: Scene,
    style: FlameStyle,
    options: { selectedFrame?: number; fewTexts?: boolean } = {},
  ): boolean {
    const { selectedFrame = -1, fewTexts = false } = options;
    const { context } = this;
    const { picture, ratio } = scene;
    const width = Math.max(1, Math.round(scene.width * ratio));
    const height = Math.max(1, Math.round(scene.height * ratio));
    context.globalAlpha = 1;
    context.fillStyle = style.chrome.surface;
    context.fillRect(0, 0, width, height);
    this.outlined.length = 0;
    this.texts.count = 0;
    [this.firstRow, this.lastRow] = visibleRows(scene);
    this.painted = scene;
    const rows = this.lastRow - this.firstRow + 1;
    if (rows <= 0 || scene.view.to <= scene.view.from) return false;
    const image = this.imageOf(width, rows);
    const pixels = new Uint32Array(image.data.buffer);
    const rowPx = Math.round(rowHeightAt(ratio) * ratio);
    const scrollPx = Math.round(scene.scroll * ratio);
    for (let row = this.firstRow; row <= this.lastRow; row++) {
      this.pixelRow.fill(picture, row, scene.view);
      const line = scene.growUp ? this.lastRow - row : row - this.firstRow;
      const top = scene.growUp ? height - (row + 1) * rowPx + scrollPx : row * rowPx - scrollPx;
      this.paintLine(scene, style, { row, line, top, rowPx, pixels, selectedFrame });
    }
    this.linesContext.putImageData(image, 0, 0, 0, 0, width, rows);
    const top = scene.growUp
      ? height - (this.lastRow + 1) * rowPx + scrollPx
      : this.firstRow * rowPx - scrollPx;
    context.imageSmoothingEnabled = false;
    context.drawImage(this.lines, 0, 0, width, rows, 0, top, width, rows * rowPx);
    const hairline = Math.max(1, Math.floor(ratio));
    context.fillStyle = style.chrome.surface;
    for (let line = 1; line <= rows; line++)
      context.fillRect(0, top + line * rowPx - hairline, width, hairline);
    const least = fewTexts ? this.widthOfWidest(mostTextsMoving) : 0;
    this.paintTexts(scene, style, rowPx, least);
    this.paintBands(scene, style, rowPx);
    return least > 0;
  }

  /** The width that at most `most` boxes with text exceed, device px; 0 when there are no more. */
  private widthOfWidest(most: number): number {
    const { count, width } = this.texts;
    if (count <= most) return 0;
    return width.slice(0, count).sort()[count - most] ?? 0;
  }

  private imageOf(width: number, rows: number): ImageData {
    if (this.pixelRow.pixels !== width) this.pixelRow = new PixelRow(width);
    if (!this.image || this.image.width !== width || this.image.height < rows) {
      const room = Math.max(rows, this.image?.width === width ? this.image.height : 0);
      this.image = new ImageData(width, room);
      this.shown = new Int32Array(width * room);
      this.lines.width = width;
      this.lines.height = room;
    }
    return this.image;
  }

  private paintLine(scene: Scene, style: FlameStyle, at: Line): void {
    const { box, pixels: width } = this.pixelRow;
    this.shown.set(box, (at.row - this.firstRow) * width);
    if (this.pixelRow.crowded) this.paintCrowded(scene, style, at);
    else this.paintBoxes(scene, style, at);
  }

  /** Box by box. */
  private paintBoxes(scene: Scene, style: FlameStyle, at: Line): void {
    const { box, cover, pixels: width } = this.pixelRow;
    const { frame } = scene.picture;
    const { colors, surface } = style;
    const { pixels, selectedFrame } = at;
    const wideFrom = gapFromPx * scene.ratio;
    const offset = at.line * width;
    pixels.fill(surface, offset, offset + width);
    for (let from = 0; from < width;) {
      const position = box[from]!;
      let to = from + 1;
      while (to < width && box[to] === position) to++;
      if (position >= 0) {
        if (to - from >= wideFrom) this.paintWide(scene, style, at, from, to);
        else {
          const color = colors[frame[position]!]!;
          for (let pixel = from; pixel < to; pixel++)
            pixels[offset + pixel] = blend(color, surface, cover[pixel]!);
          if (frame[position] === selectedFrame && to - from >= 2) this.outline(scene, at, from, to);
        }
      }
      from = to;
    }
  }

  /** Pixel by pixel: where boxes are about as wide as pixels, looking for their edges costs more than painting. */
  private paintCrowded(scene: Scene, style: FlameStyle, at: Line): void {
    const { box, cover, pixels: width } = this.pixelRow;
    const { frame } = scene.picture;
    const { colors, surface } = style;
    const { pixels, selectedFrame } = at;
    const offset = at.line * width;
    for (let pixel = 0; pixel < width; pixel++) {
      const position = box[pixel]!;
      pixels[offset + pixel] =
        position < 0 ? surface : blend(colors[frame[position]!]!, surface, cover[pixel]!);
    }
    // What is wide enough for a gap covers at least two pixels that lie so far apart.
    const wideFrom = Math.ceil(gapFromPx * scene.ratio);
    const apart = wideFrom - 1;
    for (let near = 0, far = apart; far < width; near = far, far += apart) {
      const position = box[near]!;
      if (position < 0 || box[far] !== position) continue;
      let from = near;
      while (from > 0 && box[from - 1] === position) from--;
      while (far < width && box[far] === position) far++;
      if (far - from >= wideFrom) this.paintWide(scene, style, at, from, far);
    }
    if (selectedFrame < 0) return;
    for (let from = 0; from < width;) {
      const position = box[from]!;
      let to = from + 1;
      while (to < width && box[to] === position) to++;
      if (position >= 0 && frame[position] === selectedFrame && to - from >= 2 && to - from < wideFrom)
        this.outline(scene, at, from, to);
      from = to;
    }
  }

  /** A box with a gap to its right neighbour, and perhaps room for text. */
  private paintWide(scene: Scene, style: FlameStyle, at: Line, from: number, to: number): void {
    const { ratio, picture } = scene;
    const { box, pixels: width } = this.pixelRow;
    const { pixels } = at;
    const position = box[from]!;
    const own = picture.frame[position]!;
    const color = style.colors[own]!;
    const gap = to < width ? Math.max(1, Math.floor(ratio)) : 0;
    const offset = at.line * width;
    const end = offset + to - gap;
    // Short runs are many, and calling `fill` costs more than filling them.
    if (to - from > 64) pixels.fill(color, offset + from, end);
    else for (let pixel = offset + from; pixel < end; pixel++) pixels[pixel] = color;
    for (let pixel = end; pixel < offset + to; pixel++) pixels[pixel] = style.surface;
    if (to - from >= textFromPx * ratio) this.addText(position, from, to - from - gap, at.top);
    if (own === at.selectedFrame) this.outline(scene, at, from, to);
  }

  private outline({ ratio }: Scene, at: Line, from: number, to: number): void {
    if (this.outlined.length >= mostOutlined) return;
    this.outlined.push({
      x: from / ratio,
      y: at.top / ratio,
      width: (to - from) / ratio,
      height: at.rowPx / ratio,
    });
  }

  private addText(position: number, x: number, width: number, y: number): void {
    const { texts } = this;
    if (texts.count === texts.position.length)
      for (const name of ['position', 'x', 'width', 'y'] as const) {
        const wider = new Int32Array(texts.count * 2);
        wider.set(texts[name]);
        texts[name] = wider;
      }
    const at = texts.count++;
    texts.position[at] = position;
    texts.x[at] = x;
    texts.width[at] = width;
    texts.y[at] = y;
  }

  private paintTexts({ picture, ratio }: Scene, style: FlameStyle, rowPx: number, least: number): void {
    const { context, texts } = this;
    const fitter = this.fitterAt(ratio);
    context.font = fitter.font;
    context.textBaseline = 'middle';
    const padding = Math.round(textPaddingPx * ratio);
    // One colour after the other: changing it costs more than a second look at the list.
    for (const [ink, color] of style.inks.entries()) {
      context.fillStyle = color;
      for (let i = 0; i < texts.count; i++) {
        const position = texts.position[i]!;
        const frame = picture.frame[position]!;
        if (style.inkOf[frame] !== ink || texts.width[i]! < least) continue;
        const label = picture.isRoot(position)
          ? picture.labelOf(position)
          : style.labelOf(picture, frame, position);
        const text = fitter.fit(label, texts.width[i]! - 2 * padding);
        if (text !== '') context.fillText(text, texts.x[i]! + padding, texts.y[i]! + Math.round(rowPx / 2));
      }
    }
  }

  private fitterAt(ratio: number): TextFitter {
    if (!this.fitter || this.fitterRatio !== ratio) {
      this.fitter = new TextFitter(this.context, `${fontSizePx * ratio}px ${this.monospace}`);
      this.fitterRatio = ratio;
    }
    return this.fitter;
  }

  /** Threads' names; the name of the thread that the first visible row belongs to stays in sight. */
  private paintBands(scene: Scene, style: FlameStyle, rowPx: number): void {
    const { context } = this;
    const { ratio, picture } = scene;
    const { bands } = picture;
    if (bands.length === 0) return;
    const width = Math.round(scene.width * ratio);
    const height = Math.round(scene.height * ratio);
    const scrollPx = Math.round(scene.scroll * ratio);
    const fitter = this.fitterAt(ratio);
    context.font = fitter.font;
    context.textBaseline = 'middle';
    const padding = Math.round(textPaddingPx * ratio);
    for (const [index, band] of bands.entries()) {
      let at = band.row * rowPx - scrollPx;
      const next = bands[index + 1];
      const nextAt = next ? next.row * rowPx - scrollPx : Infinity;
      if (nextAt <= 0) continue;
      if (at > height) break;
      // Sticks to the edge while its rows pass, pushed out by the next one.
      if (at < 0) at = Math.min(0, nextAt - rowPx);
      const y = scene.growUp ? height - at - rowPx : at;
      context.fillStyle = style.chrome.background;
      context.fillRect(0, y, width, rowPx);
      context.fillStyle = style.chrome.line;
      context.fillRect(0, y + rowPx - Math.max(1, Math.floor(ratio)), width, Math.max(1, Math.floor(ratio)));
      context.fillStyle = style.chrome.text;
      context.fillText(fitter.fit(band.title, width - 2 * padding), padding, y + Math.round(rowPx / 2));
    }
  }
}

/** `cover` of 255 parts of a colour over another; both as in the image data. */
function blend(color: number, under: number, cover: number): number {
  const part = partOf[cover]!;
  const rest = 256 - part;
  const redBlue = ((Math.imul(color & 0xff00ff, part) + Math.imul(under & 0xff00ff, rest)) >>> 8) & 0xff00ff;
  const green = ((Math.imul(color & 0x00ff00, part) + Math.imul(under & 0x00ff00, rest)) >>> 8) & 0x00ff00;
  return (0xff000000 | redBlue | green) >>> 0;
}
