/** What keys do in call trees and tables, for the help overlay. */
export const treeKeys: readonly { keys: string[]; text: string }[] = [
  { keys: ['↑', '↓'], text: 'Previous and next row; Page Up, Page Down, Home, End' },
  { keys: ['→', '←'], text: 'Open a branch or go into it; close it or go to its caller' },
  { keys: ['Enter', 'Click'], text: 'Select the function' },
  { keys: ['H'], text: 'Open the hot path: always the heaviest call below' },
  { keys: ['*', 'Shift Click'], text: 'Open or close everything below a row' },
];
