/** Asks that weigh on the server, one after another, each answer kept. */
const held = new Map<string, Promise<unknown>>()
let last: Promise<unknown> = Promise.resolve()

export function inTurn<T>(key: string, ask: () => Promise<T>): Promise<T> {
  const known = held.get(key) as Promise<T> | undefined
  if (known) return known
  const mine = last.then(ask, ask)
  last = mine.catch(() => undefined)
  held.set(key, mine)
  mine.catch(() => held.delete(key))
  return mine
}
