/**
 * The pictures of the Load tab end where the lanes above them do: each may have a scrollbar beside it that the other has not,
 * and the lanes get one when their panel is made smaller. Returns what ends it.
 */
export function alignWithLanes(tab: HTMLElement): () => void {
  const lanes = document.querySelector<HTMLElement>('.lanes-panel');
  const measure = (): void => {
    tab.style.setProperty('--load-scrollbar', `${scrollbarOf(tab)}px`);
    tab.style.setProperty('--lanes-scrollbar', `${lanes ? scrollbarOf(lanes) : 0}px`);
  };
  measure();
  const observer = new ResizeObserver(measure);
  observer.observe(tab);
  if (lanes) {
    observer.observe(lanes);
    if (lanes.firstElementChild) observer.observe(lanes.firstElementChild);
  }
  return () => observer.disconnect();
}

function scrollbarOf(element: HTMLElement): number {
  return element.offsetWidth - element.clientWidth;
}
