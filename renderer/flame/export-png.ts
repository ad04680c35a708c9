/** A picture as PNG, drawn like the one on screen, under its title. */
import { legendOf, shownTitle, wholeOf, type FlameScene } from './export-scene';
import { monospace } from './fonts';
import { FramePainter } from './painter';
import { styleOf } from './style';

export interface PngOptions {
  title: string;
  /** Device pixels per CSS px; 1…4. Less is taken when the picture would be too big. */
  scale?: number;
  /** Everything instead of what is in sight. */
  whole?: boolean;
}

const headPx = 44;
const footPx = 32;
/** Browsers give up on canvases beyond some size; all of them can do this much. */
const mostPixels = 64_000_000;
const longestSidePx = 16_000;

/** The scene as a PNG file. Throws when the browser cannot make one of this size. */
export async function flamePng(source: FlameScene, options: PngOptions): Promise<Blob> {
  const scene = options.whole ? wholeOf(source) : source;
  const fullHeight = headPx + scene.height + footPx;
  const ratio = Math.min(
    options.scale ?? scene.ratio,
    Math.sqrt(mostPixels / (scene.width * fullHeight)),
    longestSidePx / Math.max(scene.width, fullHeight),
  );
  const scaled = { ...scene, ratio };
  const style = styleOf(scene.picture, scene);
  const body = canvasOf(scene.width * ratio, scene.height * ratio);
  new FramePainter(body.context, monospace).paint(scaled, style);
  const page = canvasOf(scene.width * ratio, fullHeight * ratio);
  const { context } = page;
  context.fillStyle = style.chrome.surface;
  context.fillRect(0, 0, page.canvas.width, page.canvas.height);
  context.drawImage(body.canvas, 0, Math.round(headPx * ratio));
  context.setTransform(ratio, 0, 0, ratio, 0, 0);
  context.fillStyle = style.chrome.text;
  context.font = '600 14px system-ui, sans-serif';
  context.fillText(options.title, 8, 18);
  context.fillStyle = style.chrome.muted;
  context.font = '12px system-ui, sans-serif';
  context.fillText(shownTitle(scene, options.whole ?? false), 8, 36);
  let x = 8;
  const y = fullHeight - footPx / 2;
  context.textBaseline = 'middle';
  for (const { color, text } of legendOf(scene)) {
    if (color !== null) {
      context.fillStyle = color;
      context.fillRect(x, y - 6, 12, 12);
      x += 17;
    }
    context.fillStyle = color === null ? style.chrome.muted : style.chrome.text;
    context.fillText(text, x, y);
    x += context.measureText(text).width + 18;
  }
  return new Promise((resolve, reject) => {
    page.canvas.toBlob((blob) => {
      if (blob) resolve(blob);
      else reject(new Error('The browser could not make a picture of this size.'));
    }, 'image/png');
  });
}

function canvasOf(
  width: number,
  height: number,
): { canvas: HTMLCanvasElement; context: CanvasRenderingContext2D } {
  const canvas = document.createElement('canvas');
  canvas.width = Math.max(1, Math.round(width));
  canvas.height = Math.max(1, Math.round(height));
  const context = canvas.getContext('2d', { alpha: false });
  if (!context) throw new Error('This browser has no 2D canvas.');
  return { canvas, context };
}
