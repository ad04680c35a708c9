/** Made-up words of five letters, the same at every run. */
export function makeWords(count) {
  const letters = 'aeioulnrst';
  let state = 42;
  return Array.from({ length: count }, () => {
    let word = '';
    for (let index = 0; index < 5; index++) {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      word += letters[(state >>> 16) % letters.length];
    }
    return word;
  });
}
