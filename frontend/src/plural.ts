/** A number with its noun: 1 call, 2 calls. */
export function words(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
